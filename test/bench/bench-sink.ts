import { setTimeout as pause } from "node:timers/promises";
import { startBenchChild } from "./bench-child.ts";

export interface SinkReport {
  /** When the first job's first request, and then each so many, had come, refused or not; ms since the epoch. */
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
  /** Forgets what has come, and notes the time of each so many jobs from now on. */
  mark(every: number): void;
  /** Resolves when so many have been taken, or none has for half a minute. */
  untilTaken(wanted: number): Promise<SinkReport>;
  /** The webhook-ids that were taken. */
  ids(): Promise<ReadonlySet<string>>;
}

const patienceMs = 30_000;

export async function startBenchSink(): Promise<BenchSink> {
  const child = await startBenchChild("sink.mjs");
  return {
    url: child.url,
    mark: (every) => child.tell({ every }),
    async untilTaken(wanted) {
      let last = { taken: -1, at: Date.now() };
      for (;;) {
        const report = await child.ask<SinkReport>("report");
        if (report.taken >= wanted) return report;
        if (report.taken > last.taken) last = { taken: report.taken, at: Date.now() };
        if (Date.now() - last.at > patienceMs) return report;
        await pause(50);
      }
    },
    ids: async () => new Set(await child.ask<string[]>("ids")),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
