import { startBenchChild } from "./bench-child.ts";

export interface ReceiverReport {
  /** By path: ms from the sending of a call to the arrival of its request, in the order of arrival. */
  readonly latencies: ReadonlyMap<string, readonly number[]>;
  /** All that came, refused ones included. */
  readonly requests: number;
}

/** The receivers of a benchmark; they end with this process, or when disposed. */
export interface BenchReceiver extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  report(): Promise<ReceiverReport>;
  /** Forgets what has come. */
  clear(): void;
  /** From now on every connection is closed without an answer, or no more. */
  refuse(refusing: boolean): void;
}

export async function startBenchReceiver(): Promise<BenchReceiver> {
  const child = await startBenchChild("receiver.mjs");
  return {
    url: child.url,
    async report() {
      const { latencies, requests } = await child.ask<{
        latencies: [string, number[]][];
        requests: number;
      }>("report");
      return { latencies: new Map(latencies), requests };
    },
    clear: () => child.tell("clear"),
    refuse: (refusing) => child.tell(refusing ? "refuse" : "accept"),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
