import net from "node:net";
import type { Socket } from "node:net";
import tls from "node:tls";
import type { SecureContext } from "node:tls";
import { OnhookError } from "../errors.ts";
import { codeOf } from "./failure-reason.ts";
import { answerWith, connected } from "./open-socket.ts";
import type { ResolveHost, ResolvedAddress } from "./resolve-host.ts";

/** The HTTP proxy that requests leave the network by. */
export interface EgressProxy {
  /** http or https, host and port, nothing else. */
  readonly url: string;
  /** Null where it asks for no login. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

export interface ProxyTunnelOptions {
  readonly proxy: EgressProxy;
  readonly resolve: ResolveHost;
  /** Whose certificates a proxy at https is trusted by. */
  readonly secureContext: SecureContext;
  /** How long the way to one address is tried before the next one, in ms. */
  readonly attemptTimeoutMs: number;
}

/** Opens a way through the proxy to one of these addresses, which are tried in turn. Rejects with PROXY_FAILED, or the reason of `signal`. */
export type ProxyTunnel = (
  target: { readonly addresses: readonly ResolvedAddress[]; readonly port: number },
  signal: AbortSignal,
) => Promise<Socket>;

const longestHead = 16_384;

function failed(problem: string, cause?: unknown): OnhookError {
  return new OnhookError("PROXY_FAILED", { problem }, { cause });
}

/** An error of the connection to the proxy, as one that says so. */
function failedBy(what: string, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || cause instanceof OnhookError) return cause;
  const code = codeOf(cause);
  return failed(code === undefined ? what : `${what} (${code})`, cause);
}

async function reach(options: ProxyTunnelOptions, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port: portText } = new URL(options.proxy.url);
  const secure = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(portText) || (secure ? 443 : 80);
  const addresses =
    net.isIP(host) > 0
      ? [{ address: host, family: net.isIP(host) }]
      : await options.resolve(host).catch((cause: unknown) => {
          throw failedBy("its name could not be resolved", cause, signal);
        });
  signal.throwIfAborted();
  const target = { host, port, lookup: answerWith(addresses), noDelay: true };
  if (!secure) return await connected(net.connect(target), "connect", signal);
  const servername = net.isIP(host) > 0 ? {} : { servername: host };
  const { secureContext } = options;
  const socket = tls.connect({ ...target, ...servername, secureContext, rejectUnauthorized: true });
  return await connected(socket, "secureConnect", signal);
}

/** What comes before the first empty line; rejects where that does not come, or more does than that. */
function headOf(socket: Socket, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let read = Buffer.alloc(0);
  const look = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read())
      read = Buffer.concat([read, chunk]);
    const end = read.indexOf("\r\n\r\n");
    if (end >= 0 && end + 4 === read.length) resolve(read.toString("latin1", 0, end));
    else if (end >= 0) reject(failed("it sends more than its answer"));
    else if (read.length > longestHead) reject(failed("its answer is too long"));
  };
  const closed = (): void => reject(failed("it closes the connection"));
  const giveUp = (): void => reject(signal.reason as Error);
  const broken = (cause: Error): void =>
    reject(failedBy("the connection to it broke", cause, signal));
  socket.on("readable", look).on("end", closed).on("close", closed).on("error", broken);
  signal.addEventListener("abort", giveUp, { once: true });
  return promise.finally(() => {
    // The listener for errors stays until the next owner has one: an error that nobody hears would end the process.
    socket.off("readable", look).off("end", closed).off("close", closed);
    signal.removeEventListener("abort", giveUp);
  });
}

function request(authority: string, { credentials }: EgressProxy): string {
  const head = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (credentials !== null) {
    const login = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    head.push(`Proxy-Authorization: Basic ${login}`);
  }
  return `${head.join("\r\n")}\r\n\r\n`;
}

function assertOpen(head: string): void {
  const status = /^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head)?.[1];
  if (status === undefined) throw failed("its answer is no HTTP");
  if (status === "407") {
    throw failed("it answers 407; check delivery.proxy.username and delivery.proxy.password");
  }
  if (!status.startsWith("2")) throw failed(`it answers ${status}`);
}

async function tunnelTo(
  authority: string,
  options: ProxyTunnelOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await reach(options, signal).catch((cause: unknown) => {
    throw failedBy("it can not be reached", cause, signal);
  });
  try {
    socket.write(request(authority, options.proxy));
    assertOpen(await headOf(socket, signal));
    signal.throwIfAborted();
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const authorityOf = ({ address, family }: ResolvedAddress, port: number): string =>
  `${family === 6 ? `[${address}]` : address}:${port}`;

/**
 * Makes the way through a proxy (HTTP CONNECT, also for plain http). What is asked of the proxy is an address that was
 * checked, never a name: it would look the name up itself, and might come to another answer than the guard.
 */
export function createProxyTunnel(options: ProxyTunnelOptions): ProxyTunnel {
  return async ({ addresses, port }, signal) => {
    const [last, ...others] = addresses.toReversed() as [ResolvedAddress, ...ResolvedAddress[]];
    for (const address of others.toReversed()) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(options.attemptTimeoutMs)]);
      try {
        return await tunnelTo(authorityOf(address, port), options, limit);
      } catch (error) {
        // The next address may be one that the proxy can reach.
        if (signal.aborted) throw error;
      }
    }
    return await tunnelTo(authorityOf(last, port), options, signal);
  };
}
