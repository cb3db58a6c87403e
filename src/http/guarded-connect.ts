import net from "node:net";
import type { LookupFunction } from "node:net";
import tls from "node:tls";
import type { SecureContext } from "node:tls";
import type { buildConnector } from "undici";
import { OnhookError } from "../errors.ts";
import type { AddressGuard } from "./address-guard.ts";
import { codeOf } from "./failure-reason.ts";
import type { ResolveHost, ResolvedAddress } from "./resolve-host.ts";

export interface GuardedConnectOptions {
  readonly guard: AddressGuard;
  readonly resolve: ResolveHost;
  /** Whose certificates are trusted. */
  readonly secureContext: SecureContext;
  /** How long one address is tried before the next one of the host, in ms. */
  readonly attemptTimeoutMs: number;
}

export type Connect = (
  target: buildConnector.Options,
  options: { readonly signal: AbortSignal },
) => Promise<net.Socket>;

function refused(problem: string): OnhookError {
  return new OnhookError("ADDRESS_REFUSED", { problem });
}

/** Answers with addresses that were checked before: nobody asks a name server a second time, who could answer otherwise. */
function answerWith(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all === true) {
      callback(null, [...addresses]);
    } else {
      const [first] = addresses as [ResolvedAddress];
      callback(null, first.address, first.family);
    }
  };
}

async function resolved(host: string, resolve: ResolveHost): Promise<readonly ResolvedAddress[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw new OnhookError("HOST_UNRESOLVED", { problem: codeOf(cause) ?? "no code" }, { cause });
  }
}

async function checkedAddresses(
  host: string,
  { guard, resolve }: GuardedConnectOptions,
): Promise<readonly ResolvedAddress[]> {
  const family = net.isIP(host);
  const addresses = family > 0 ? [{ address: host, family }] : await resolved(host, resolve);
  // One refused address is enough: a host that is half outside and half inside is an attack, not a receiver.
  if (addresses.some(({ address }) => guard.check(address) === "refused")) {
    throw refused("it is not a public address, and no allowed range holds it");
  }
  return addresses;
}

function connected(socket: net.Socket, event: string, signal: AbortSignal): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const giveUp = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", giveUp, { once: true });
  socket.once(event, () => resolve(socket));
  // Stays: until the socket's next owner listens, an error that nobody hears would end the process.
  socket.on("error", reject);
  return promise.finally(() => signal.removeEventListener("abort", giveUp));
}

/**
 * Makes the only way out: every new connection is checked here, when it is made, by port and by each address that the
 * host has at that moment (literal addresses included), and goes to one of the addresses that were checked.
 * Rejects with ADDRESS_REFUSED, HOST_UNRESOLVED, the socket's error, or the reason of `signal`.
 * Source: promise 10.
 */
export function createGuardedConnect(options: GuardedConnectOptions): Connect {
  const { guard, secureContext, attemptTimeoutMs } = options;
  return async ({ hostname: host, protocol, port: portText }, { signal }) => {
    const secure = protocol === "https:";
    const port = Number(portText) || (secure ? 443 : 80);
    if (guard.checkPort(port) === "refused") throw refused("its port is denied");
    const lookup = answerWith(await checkedAddresses(host, options));
    signal.throwIfAborted();
    const target = {
      host,
      port,
      lookup,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    };
    if (!secure) return await connected(net.connect(target), "connect", signal);
    // The certificate must be the host's, whatever address it is reached at. An address is no server name (RFC 6066).
    const servername = net.isIP(host) > 0 ? {} : { servername: host };
    const socket = tls.connect({
      ...target,
      ...servername,
      secureContext,
      rejectUnauthorized: true,
      ALPNProtocols: ["http/1.1"],
    });
    return await connected(socket, "secureConnect", signal);
  };
}
