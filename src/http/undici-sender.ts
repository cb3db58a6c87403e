import type { HttpSender } from "../delivery/http-request.ts";
import { memoized } from "../runtime/memoized.ts";
import type { AddressGuard } from "./address-guard.ts";
import { createConnectionPool } from "./connection-pool.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { Deadlines } from "./deadlines.ts";
import { createGuardedConnect } from "./guarded-connect.ts";
import { createProxyTunnel } from "./proxy-tunnel.ts";
import type { EgressProxy } from "./proxy-tunnel.ts";
import { requestTarget } from "./request-target.ts";
import { createResolveHost } from "./resolve-host.ts";
import type { ResolveHost } from "./resolve-host.ts";
import { notBegun, Sending } from "./sending.ts";
import { trustedBy } from "./trusted-certificates.ts";

export interface HttpSenderOptions {
  /** For name look-up, connection, headers and body together, in ms. */
  readonly timeoutMs: number;
  /** How much of an answer's body is read; one that is longer ends the connection, its status counts. */
  readonly maxResponseBytes: number;
  /** Whether results carry what was read of the answer, for people to look at; left out: it is dropped. */
  readonly keepsAnswers?: boolean;
  /**
   * How many idle connections are kept for one origin (scheme, host and port). More requests at once than that get
   * connections that are closed afterwards; none of them waits, because it could be waiting for an endpoint that hangs.
   */
  readonly connectionsPerOrigin: number;
  /** How long an idle connection is kept, in ms, above 0. */
  readonly keepAliveMs: number;
  /** How many idle connections are kept in all; 1,000 when left out. */
  readonly idleConnections?: number;
  readonly guard: AddressGuard;
  /** PEM: certificates that receivers' ones may be issued by, besides those that Node trusts. */
  readonly caBundle?: string;
  /** Asks the system's name servers when left out. */
  readonly resolve?: ResolveHost;
  /** Connections are made from here when left out. */
  readonly proxy?: EgressProxy;
}

function createPool(options: HttpSenderOptions): ConnectionPool {
  const { timeoutMs, guard, proxy } = options;
  const outward = {
    resolve: options.resolve ?? createResolveHost(),
    secureContext: trustedBy(options.caBundle),
    // Leaves time for some addresses that swallow packets, and gives a far one longer than Node's 250 ms.
    attemptTimeoutMs: Math.max(250, Math.floor(timeoutMs / 5)),
  };
  const tunnel = proxy && createProxyTunnel({ ...outward, proxy });
  const connect = createGuardedConnect({ ...outward, guard, ...(tunnel && { tunnel }) });
  return createConnectionPool({
    connect,
    idlePerOrigin: options.connectionsPerOrigin,
    idleInAll: options.idleConnections ?? 1000,
    keepAliveMs: options.keepAliveMs,
  });
}

/** The addresses of so many triggers are taken apart once. */
const targetsKept = 10_000;

/** The sender, and the connections that it has. */
export interface PooledSender extends HttpSender, AsyncDisposable {
  readonly sockets: { readonly busy: number; readonly idle: number };
}

/**
 * Makes the sender over HTTP/1.1. A request goes out once, is never repeated (not even when a kept connection breaks
 * under it), and follows no redirect. Disposing it gives up what is in flight, as aborted, and closes every connection.
 * Throws CA_BUNDLE_INVALID; `send` rejects with REQUEST_UNSENDABLE.
 */
export function createHttpSender(options: HttpSenderOptions): PooledSender {
  const { timeoutMs, maxResponseBytes, keepsAnswers = false } = options;
  const pool = createPool(options);
  const inFlight = new Deadlines<Sending>();
  const deps = { pool, inFlight, timeoutMs, maxResponseBytes, keepsAnswers };
  const watched = new WeakSet<AbortSignal>();
  const targetOfTrigger = memoized(requestTarget, targetsKept);
  let closed = false;

  /** One listener for all requests that a signal may stop, which are those of a process. */
  function watch(signal: AbortSignal): void {
    if (watched.has(signal)) return;
    watched.add(signal);
    signal.addEventListener("abort", () => {
      for (const each of inFlight.all()) if (each.signal === signal) each.giveUp();
    });
  }

  return {
    send({ method, url, headers, body }, { signal }) {
      if (closed || signal?.aborted === true) return Promise.resolve(notBegun);
      if (signal !== undefined) watch(signal);
      try {
        // A request without a body carries its payload in the address: none is like another.
        const { origin, path } = body === null ? requestTarget(url) : targetOfTrigger(url);
        return new Sending(deps, origin, { path, method, headers, body }, signal).result;
      } catch (error) {
        return Promise.reject(error);
      }
    },
    get sockets() {
      return { busy: pool.busyCount, idle: pool.idleCount };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const each of inFlight.all()) each.giveUp();
      await pool[Symbol.asyncDispose]();
    },
  };
}
