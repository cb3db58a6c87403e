import { isDeepStrictEqual } from "node:util";
import type { LogRecord } from "../log/log-record.ts";
import type { Trigger } from "../triggers/trigger.ts";

/** What is told of an event: the trigger was switched off, or what somebody had written meanwhile was written again. */
export type Told = "disabled" | "restored";

/** Ports of what switches a trigger off. */
export interface DisableTriggerDeps {
  /** The trigger as the table has it, and where the event stands that says so. */
  readonly current: (
    triggerId: string,
  ) => { readonly trigger: Trigger; readonly offset: number } | undefined;
  /** Records of the triggers' topic from one offset up to, and without, another; waits until all of those can be read. */
  readonly read: (from: number, to: number) => Promise<readonly LogRecord[]>;
  readonly decode: (value: Buffer | null) => Promise<unknown>;
  readonly encode: (value: unknown) => Buffer;
  /** Writes an event of that trigger, with what is told of it; resolves with its offset. */
  readonly write: (trigger: Trigger, value: Buffer | null, told: Told) => Promise<number>;
}

/**
 * Switches a trigger off, with the reason in its event. The event is made from the bytes of the last one, so that what
 * this process does not show, secrets that are held encrypted above all, stays as it was written. Whoever changes the
 * trigger at the same moment wins: an event that came in between is written once more, behind ours. Other processes that
 * do the same write the same bytes, and nothing is written twice for theirs.
 * Resolves with false where the trigger is no longer the one that was seen. Rejects with what the log or registry says.
 */
export async function disableTrigger(
  seen: Trigger,
  reason: string,
  deps: DisableTriggerDeps,
): Promise<boolean> {
  const { triggerId } = seen;
  const now = deps.current(triggerId);
  if (now === undefined || !isDeepStrictEqual(now.trigger, seen) || !seen.enabled) return false;
  const isOurs = ({ key }: LogRecord): boolean => key?.toString("utf8") === triggerId;
  const last = (await deps.read(now.offset, now.offset + 1)).find(isOurs);
  if (last === undefined) return false;
  const value = (await deps.decode(last.value)) as object;
  const disabled = deps.encode({ ...value, enabled: false, disabledReason: reason });
  const between = async (after: number, before: number): Promise<readonly LogRecord[]> =>
    (await deps.read(after + 1, before)).filter(isOurs);
  let at = await deps.write(seen, disabled, "disabled");
  let others = await between(now.offset, at);
  const isAlone = others.length === 0;
  // Each is written once at most: else processes in step would restore what they restore for each other without end.
  const written = new Set([contentOf(disabled)]);
  const isMissed = ({ value: each }: LogRecord): boolean => !written.has(contentOf(each));
  for (let missed = others.findLast(isMissed); missed; missed = others.findLast(isMissed)) {
    const before = at;
    at = await deps.write(seen, missed.value, "restored");
    written.add(contentOf(missed.value));
    others = await between(before, at);
  }
  return isAlone;
}

const contentOf = (value: Buffer | null): string | null => value && value.toString("base64");
