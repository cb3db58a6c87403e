import { pause } from "../runtime/clock.ts";
import { aborted } from "../runtime/aborted.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { explained } from "./broker-failure.ts";
import type { GroupStanding } from "./group-standing.ts";
import type { KafkaEvent } from "./kafka-events.ts";

export interface GroupWatchDeps {
  readonly read: () => Promise<GroupStanding>;
  readonly clock: Clock;
  readonly emit: Emit<KafkaEvent>;
}

/**
 * Looks at the groups again and again, `intervalMs` after the last look, and tells how they stand, as far as that was found
 * out. What was not is told, and ends nothing; a stop waits for no look: nothing hangs on it.
 */
export function createGroupWatch(
  { read, clock, emit }: GroupWatchDeps,
  intervalMs: number,
): Service {
  async function look(stop: AbortSignal): Promise<void> {
    try {
      const { unread, ...standing } = await read();
      if (stop.aborted) return;
      emit({ type: "groups.read", at: clock.now(), isWhole: unread.length === 0, ...standing });
      for (const { group, topic, error } of unread)
        emit({ type: "groups.reading-failed", group, topic, error: explained(error) });
    } catch (error) {
      if (stop.aborted) return;
      emit({ type: "groups.reading-failed", group: null, topic: null, error: explained(error) });
    }
  }

  return {
    name: "group watch",
    async run(stop) {
      while (!stop.aborted) {
        await Promise.race([look(stop), aborted(stop)]);
        await pause(clock, intervalMs, stop);
      }
    },
  };
}
