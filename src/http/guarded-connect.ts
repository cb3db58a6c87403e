import net from "node:net";
import tls from "node:tls";
import type { SecureContext } from "node:tls";
import type { buildConnector } from "undici";
import { OnhookError } from "../errors.ts";
import type { AddressGuard } from "./address-guard.ts";
import { codeOf } from "./failure-reason.ts";
import { answerWith, connected } from "./open-socket.ts";
import type { ProxyTunnel } from "./proxy-tunnel.ts";
import type { ResolveHost, ResolvedAddress } from "./resolve-host.ts";

export interface GuardedConnectOptions {
  readonly guard: AddressGuard;
  readonly resolve: ResolveHost;
  /** Whose certificates are trusted. */
  readonly secureContext: SecureContext;
  /** How long one address is tried before the next one of the host, in ms. */
  readonly attemptTimeoutMs: number;
  /** The way through a proxy, where there is one; else connections are made from here. */
  readonly tunnel?: ProxyTunnel;
}

export type Connect = (
  target: buildConnector.Options,
  options: { readonly signal: AbortSignal },
) => Promise<net.Socket>;

function refused(problem: string): OnhookError {
  return new OnhookError("ADDRESS_REFUSED", { problem });
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

/** Speaks TLS over a connection that is being made, or over one that is there. */
function secured(
  host: string,
  way: tls.ConnectionOptions,
  { secureContext }: GuardedConnectOptions,
): tls.TLSSocket {
  // The certificate must be the host's, whatever address it is reached at. An address is no server name, nor is a name
  // with the dot of the root at its end (RFC 6066).
  const servername = net.isIP(host) > 0 ? {} : { servername: host.replace(/\.$/, "") };
  return tls.connect({
    ...way,
    ...servername,
    host,
    secureContext,
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
}

/**
 * Makes the only way out: every new connection is checked here, when it is made, by port and by each address that the
 * host has at that moment (literal addresses included), and goes to one of the addresses that were checked, through the
 * proxy where there is one. The proxy's own address is the operator's, and not checked.
 * Rejects with ADDRESS_REFUSED, HOST_UNRESOLVED, PROXY_FAILED, the socket's error, or the reason of `signal`.
 * Source: promise 10.
 */
export function createGuardedConnect(options: GuardedConnectOptions): Connect {
  const { guard, tunnel, attemptTimeoutMs } = options;
  return async ({ hostname: host, protocol, port: portText }, { signal }) => {
    const secure = protocol === "https:";
    const port = Number(portText) || (secure ? 443 : 80);
    if (guard.checkPort(port) === "refused") throw refused("its port is denied");
    const addresses = await checkedAddresses(host, options);
    signal.throwIfAborted();
    if (tunnel !== undefined) {
      const socket = await tunnel({ addresses, port }, signal);
      if (!secure) return socket;
      return await connected(secured(host, { socket }, options), "secureConnect", signal);
    }
    const target = {
      host,
      port,
      lookup: answerWith(addresses),
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    };
    if (!secure) return await connected(net.connect(target), "connect", signal);
    return await connected(secured(host, target, options), "secureConnect", signal);
  };
}
