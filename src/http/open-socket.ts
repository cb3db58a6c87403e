import type { LookupFunction, Socket } from "node:net";
import type { ResolvedAddress } from "./resolve-host.ts";

/** Answers with addresses that were looked up before: nobody asks a name server a second time, who could answer otherwise. */
export function answerWith(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all === true) {
      callback(null, [...addresses]);
    } else {
      const [first] = addresses as [ResolvedAddress];
      callback(null, first.address, first.family);
    }
  };
}

/**
 * Resolves with the socket at its `event` (`connect`, `secureConnect`); rejects with its error. When `signal` is aborted
 * meanwhile it is destroyed, with the signal's reason.
 */
export function connected<S extends Socket>(
  socket: S,
  event: string,
  signal: AbortSignal,
): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>();
  const giveUp = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", giveUp, { once: true });
  socket.once(event, () => resolve(socket));
  // Stays: until the socket's next owner listens, an error that nobody hears would end the process.
  socket.on("error", reject);
  if (signal.aborted) giveUp();
  return promise.finally(() => signal.removeEventListener("abort", giveUp));
}
