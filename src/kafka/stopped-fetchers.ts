// @ts-expect-error kafkajs describes its public parts only; the shape used here is RunnerClass below.
import runnerClass from "kafkajs/src/consumer/runner.js";
import { once } from "../runtime/once.ts";

interface RunnerClass {
  readonly prototype: { fetch: (this: Runner, nodeId: number) => Promise<unknown[]> };
}

/** What is used here of kafkajs's Runner, which turns one consumer's loops. */
interface Runner {
  readonly running: boolean;
  readonly fetchManager: { stop(): Promise<void> };
}

/**
 * Ends the loops of a consumer that was stopped.
 *
 * kafkajs makes its fetchers anew when brokers have come or gone. Where the consumer is stopped at that very moment, as
 * when it crashes because a broker is gone, it stops the old ones and the new ones go on: each asks, is told at once
 * that nothing is to be had of a consumer that does not run, and asks again, without ever letting anything else of the
 * process have a turn. It answers nobody any more, and has to be killed.
 */
export const mendStoppedFetchers = once(() => {
  const { prototype } = runnerClass as RunnerClass;
  const own = prototype.fetch;
  prototype.fetch = async function fetchOrEnd(nodeId) {
    if (this.running) return await own.call(this, nodeId);
    // Not waited for: it resolves when the loop that has called here has ended.
    void this.fetchManager.stop();
    return [];
  };
});
