import { pause, steadyClock } from "../runtime/clock.ts";
import type { SinkMessage, SinkReport } from "./sink.ts";
import { startWorker } from "./worker-process.ts";

/** The receiver that is measured with, as a process of its own; it ends with this one, or when disposed. */
export interface SinkProcess extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  /** Forgets what has come, and notes the time of each so many jobs from now on. */
  mark(every: number): Promise<void>;
  /** Resolves when so many have been taken, or none has for half a minute. */
  untilTaken(wanted: number): Promise<SinkReport>;
  /** The webhook-ids that were taken. */
  ids(): Promise<readonly string[]>;
}

const patienceMs = 30_000;
const lookMs = 50;

/** Starts it, and resolves when it listens. */
export async function startSinkProcess(signal: AbortSignal): Promise<SinkProcess> {
  const worker = startWorker("sink", signal);
  const port = await worker.ask<number>({ task: "sink" });
  const ask = <T>(message: SinkMessage): Promise<T> => worker.ask<T>(message);
  return {
    url: `http://127.0.0.1:${port}`,
    mark: (every) => ask({ mark: every }),
    async untilTaken(wanted) {
      let last = { taken: -1, at: steadyClock.now() };
      for (;;) {
        const report = await ask<SinkReport>({ ask: "report" });
        if (report.taken >= wanted) return report;
        if (report.taken > last.taken) last = { taken: report.taken, at: steadyClock.now() };
        if (steadyClock.now() - last.at > patienceMs) return report;
        await pause(steadyClock, lookMs, signal);
      }
    },
    ids: () => ask({ ask: "ids" }),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
