import type {
  HttpResult,
  HttpSender,
  SendFailureReason,
  WebhookRequest,
} from "../delivery/http-request.ts";
import { OnhookError } from "../errors.ts";
import type { AddressGuard } from "./address-guard.ts";
import { AnswerReader } from "./answer-reader.ts";
import type { Exchange } from "./answer-reader.ts";
import { createConnectionPool } from "./connection-pool.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { codeOf, failureMessage, failureOf } from "./failure-reason.ts";
import { createGuardedConnect } from "./guarded-connect.ts";
import { createProxyTunnel } from "./proxy-tunnel.ts";
import type { EgressProxy } from "./proxy-tunnel.ts";
import { requestTarget } from "./request-target.ts";
import { createResolveHost } from "./resolve-host.ts";
import type { ResolveHost } from "./resolve-host.ts";
import { trustedBy } from "./trusted-certificates.ts";

export interface HttpSenderOptions {
  /** For name look-up, connection, headers and body together, in ms. */
  readonly timeoutMs: number;
  /** How much of an answer's body is read, and dropped; one that is longer ends the connection, its status counts. */
  readonly maxResponseBytes: number;
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

/** What may come of one answer besides its body: heads, interim answers, the framing of chunks, trailers. */
const maxFramingBytes = 131_072;

/** How a request ended: by its exchange, or because we gave it up. */
type Ending = Exchange | { readonly kind: "given-up"; readonly reason: "timeout" | "aborted" };

function failure(reason: SendFailureReason, durationMs: number): HttpResult {
  return { kind: "failure", reason, message: failureMessage(reason), durationMs };
}

function resultOf(ending: Ending, durationMs: number): HttpResult {
  switch (ending.kind) {
    case "answer":
      return { kind: "answer", status: ending.status, retryAfter: ending.retryAfter, durationMs };
    case "given-up":
      return failure(ending.reason, durationMs);
    case "error": {
      if (codeOf(ending.error) === "UND_ERR_INVALID_ARG") {
        throw new OnhookError("REQUEST_UNSENDABLE", { problem: ending.error.message });
      }
      return { kind: "failure", ...failureOf(ending.error), durationMs };
    }
    default:
      return ending satisfies never;
  }
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

/**
 * Makes the sender over HTTP/1.1. A request goes out once, is never repeated (not even when a kept connection breaks
 * under it), and follows no redirect. Disposing it gives up what is in flight, as aborted, and closes every connection.
 * Throws CA_BUNDLE_INVALID; `send` rejects with REQUEST_UNSENDABLE.
 */
export function createHttpSender(options: HttpSenderOptions): HttpSender & AsyncDisposable {
  const pool = createPool(options);
  const inFlight = new Set<(ending: Ending) => void>();
  let closed = false;

  function exchange(request: WebhookRequest, signal: AbortSignal | undefined): Promise<Ending> {
    const { origin, path } = requestTarget(request.url);
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const connection = pool.acquire(origin);
    let ended = false;
    // Does its part at once, not in a promise: a connection that closes meanwhile must find itself in its place.
    const end = (ending: Ending): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      inFlight.delete(end);
      if (ending.kind === "answer" && ending.whole) pool.release(connection);
      else pool.discard(connection);
      resolve(ending);
    };
    const abort = (): void => end({ kind: "given-up", reason: "aborted" });
    const timer = setTimeout(end, options.timeoutMs, { kind: "given-up", reason: "timeout" });
    signal?.addEventListener("abort", abort);
    inFlight.add(end);
    const { method, headers, body } = request;
    const reader = new AnswerReader(options.maxResponseBytes, end);
    connection.allowance.begin(options.maxResponseBytes + maxFramingBytes, () => reader.overrun());
    connection.client.dispatch({ path, method, headers, body }, reader);
    return promise;
  }

  return {
    async send(request, { signal }) {
      // Monotonic: the wall clock may be set while a request is under way.
      const begun = performance.now();
      const ending: Ending =
        closed || signal?.aborted === true
          ? { kind: "given-up", reason: "aborted" }
          : await exchange(request, signal);
      return resultOf(ending, Math.round(performance.now() - begun));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const end of inFlight) end({ kind: "given-up", reason: "aborted" });
      await pool[Symbol.asyncDispose]();
    },
  };
}
