import type { Latencies, ReceiverMessage } from "./receiver.ts";
import { startWorker } from "./worker-process.ts";

/** The receivers that latencies are measured with, as a process of its own; it ends with this one, or when disposed. */
export interface ReceiverProcess extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  latencies(): Promise<Latencies>;
  /** The webhook-id of each request, where it keeps them. */
  ids(): Promise<readonly string[]>;
  /** Forgets what has come. */
  clear(): Promise<void>;
  /** From now on every connection is closed without an answer, or no more. */
  refuse(refusing: boolean): Promise<void>;
}

/** Starts it, and resolves when it listens. It keeps webhook-ids where it is told to: a million of them take their room. */
export async function startReceiverProcess(
  signal: AbortSignal,
  { keepsIds = false }: { readonly keepsIds?: boolean } = {},
): Promise<ReceiverProcess> {
  const worker = startWorker("receiver", signal);
  const port = await worker.ask<number>({ task: "receiver", keepsIds });
  const ask = <T>(message: ReceiverMessage): Promise<T> => worker.ask<T>(message);
  return {
    url: `http://127.0.0.1:${port}`,
    latencies: () => ask({ ask: "latencies" }),
    ids: () => ask({ ask: "ids" }),
    clear: () => ask({ do: "clear" }),
    refuse: (refusing) => ask({ do: refusing ? "refuse" : "accept" }),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
