import type { Clock } from "../runtime/clock.ts";
import { retryUntil } from "../runtime/retry-until.ts";
import type { PickRecord } from "./picked.ts";
import type { Range, ReplayLog, SourcePartition } from "./replay-log.ts";
import { planReplay } from "./replay-plan.ts";
import type { PlannedPart } from "./replay-plan.ts";

/** What is replayed. */
export interface ReplayTask {
  /** Runs with the same id and topic are one replay: each goes on where the one before has ended. */
  readonly id: string;
  /** The topic that is read. */
  readonly topic: string;
  /** What of a partition it is about, where no run has been there yet. */
  readonly range: (source: SourcePartition) => Promise<Range>;
  readonly pick: PickRecord;
}

export interface ReplayDeps {
  readonly log: ReplayLog;
  readonly clock: Clock;
  /** Told of what goes wrong and is tried again. */
  readonly onRetry: (error: unknown) => void;
}

/** Does it until it succeeds. Rejects with what trying again can't mend, or with the signal's reason. */
export function persist<T>(
  { clock, onRetry }: ReplayDeps,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  return retryUntil(signal, clock, work, { onError: onRetry });
}

/** Finds out what there is to do in each partition, and changes nothing. Rejects with the signal's reason when that is aborted. */
export async function findParts(
  { id, topic, range }: ReplayTask,
  deps: ReplayDeps,
  signal: AbortSignal,
): Promise<PlannedPart[]> {
  const { log } = deps;
  return persist(deps, signal, async () => {
    const standings = await log.standings(id, topic);
    const count = await log.partitions(topic);
    const found = Array.from({ length: count }, async (_, partition) => {
      const source = log.source({ topic, partition });
      try {
        const { begin: low } = await source.bounds();
        return { partition, low, range: await range(source), standing: standings.get(partition) };
      } finally {
        await source.close();
      }
    });
    return planReplay(await Promise.all(found));
  });
}
