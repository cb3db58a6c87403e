import type { Trigger } from "../triggers/trigger.ts";

/** A version of a trigger as the topic has it; null: a deletion. */
export interface Version {
  readonly offset: number;
  readonly trigger: Trigger | null;
}

/** Port: the versions of one trigger, and a way to write another. */
export interface TriggerVersions {
  /** The newest valid one; undefined where the trigger was never valid or is deleted. */
  newest(): Version | undefined;
  /** The last valid one strictly between two offsets; undefined where there is none. */
  between(after: number, before: number): Version | undefined;
  /** Writes one, and resolves with its offset once everything before it was taken on, too. */
  publish(trigger: Trigger | null): Promise<number>;
}

/**
 * Changes a trigger that others may be writing to. A topic knows no "write if nobody else has", so it is looked at
 * afterwards: what came between the version that the change was made of and the changed one was overwritten, and is
 * written again, changed in its turn. `change` gives null where there is nothing to do. Resolves with what stands in the
 * end, null where that is a deletion or nothing, and with whether anything was written.
 */
export async function editTrigger(
  versions: TriggerVersions,
  change: (trigger: Trigger) => Trigger | null,
): Promise<{ readonly trigger: Trigger | null; readonly written: boolean }> {
  const newest = versions.newest();
  if (newest === undefined) return { trigger: null, written: false };
  const changed = newest.trigger && change(newest.trigger);
  if (changed === null) return { trigger: newest.trigger, written: false };
  let standing: Trigger | null = changed;
  let offset = await versions.publish(standing);
  let missed = versions.between(newest.offset, offset);
  while (missed !== undefined) {
    // Whether it has to be changed or not, it has to stand again.
    standing = missed.trigger && (change(missed.trigger) ?? missed.trigger);
    const before: number = offset;
    offset = await versions.publish(standing);
    missed = versions.between(before, offset);
  }
  return { trigger: standing, written: true };
}
