import { OnhookError } from "../errors.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";
import { persist } from "./replay-task.ts";
import type { ReplayDeps } from "./replay-task.ts";

/** What is done once. */
export interface SentAnew {
  /** Whatever is asked for under the same id is the same. */
  readonly id: string;
  /** The record that the job is made of: whether it was done is kept by its place, whether it is still there or not. */
  readonly of: CommittedOffset;
  readonly job: OutgoingRecord;
}

/**
 * Writes one job, exactly once for its id, however often and in however many processes that is asked for: the replay of a
 * single record, whose lane is committed together with the job. Resolves with whether it was written by this call; false:
 * it had been before. Rejects with what trying again can't mend, and with the signal's reason.
 */
export async function sendAnew(
  { id, of: { topic, partition, offset }, job }: SentAnew,
  deps: ReplayDeps,
  signal: AbortSignal,
): Promise<boolean> {
  let isInDoubt = false;
  return persist(deps, signal, async () => {
    const lane = deps.log.lane(id, { topic, partition });
    try {
      if ((await lane.open()) !== null) return isInDoubt;
      isInDoubt = true;
      await lane.commit([job], { offset: offset + 1, until: offset + 1 });
      return true;
    } catch (error) {
      if (error instanceof OnhookError && error.code === "REPLAY_TAKEN_OVER") return false;
      throw error;
    } finally {
      await lane.close();
    }
  });
}
