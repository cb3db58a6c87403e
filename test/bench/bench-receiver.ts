import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

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
  const child = fork(fileURLToPath(new URL("receiver.mjs", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    async report() {
      child.send("report");
      const [{ latencies, requests }] = (await once(child, "message")) as [
        { latencies: [string, number[]][]; requests: number },
      ];
      return { latencies: new Map(latencies), requests };
    },
    clear: () => void child.send("clear"),
    refuse: (refusing) => void child.send(refusing ? "refuse" : "accept"),
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
