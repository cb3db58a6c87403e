import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface SinkReport {
  /** When the first request, and then each so many, had been taken; ms since the epoch. */
  readonly marks: readonly number[];
  /** Different ones. */
  readonly taken: number;
  /** Taken more than once. */
  readonly repeated: number;
  readonly refused: number;
}

/** The receiver of the delivery benchmark, as fast as a socket; it ends with this process, or when disposed. */
export interface BenchSink extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  /** Forgets what has come, and notes the time of each so many requests from now on. */
  mark(every: number): void;
  /** Resolves when so many have been taken, or none has for half a minute. */
  untilTaken(wanted: number): Promise<SinkReport>;
  /** The webhook-ids that were taken. */
  ids(): Promise<ReadonlySet<string>>;
}

const patienceMs = 30_000;

export async function startBenchSink(): Promise<BenchSink> {
  const child = fork(fileURLToPath(new URL("sink.mjs", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];

  async function ask<T>(question: "report" | "ids"): Promise<T> {
    child.send(question);
    const [answer] = (await once(child, "message")) as [T];
    return answer;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    mark: (every) => void child.send({ every }),
    async untilTaken(wanted) {
      let last = { taken: -1, at: Date.now() };
      for (;;) {
        const report = await ask<SinkReport>("report");
        if (report.taken >= wanted) return report;
        if (report.taken > last.taken) last = { taken: report.taken, at: Date.now() };
        if (Date.now() - last.at > patienceMs) return report;
        await pause(50);
      }
    },
    ids: async () => new Set(await ask<string[]>("ids")),
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
