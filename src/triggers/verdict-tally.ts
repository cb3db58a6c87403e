import type { ConditionVerdict } from "./explain-call.ts";

/** How often a condition did not hold. */
export interface ConditionTally {
  /** Calls for which it did not hold. */
  readonly failed: number;
  /** Calls for which it alone did not hold: without it the trigger would fire for so many more. */
  readonly failedAlone: number;
  /** Calls that had a value of another type or shape there. */
  readonly mismatched: number;
}

export interface VerdictTally {
  readonly calls: number;
  /** Calls for which all conditions held. */
  readonly held: number;
  /** In the order of the trigger's conditions. */
  readonly conditions: readonly ConditionTally[];
}

/** Counts what a trigger's conditions say of many calls. `conditions` is how many it has. */
export function tallyVerdicts(
  conditions: number,
  calls: readonly (readonly Pick<ConditionVerdict, "holds" | "mismatch">[])[],
): VerdictTally {
  const failures = calls.map((verdicts) => verdicts.filter(({ holds }) => !holds).length);
  const count = (at: number, counts: (call: number) => boolean): number =>
    calls.filter((verdicts, call) => verdicts[at]?.holds === false && counts(call)).length;
  return {
    calls: calls.length,
    held: failures.filter((failed) => failed === 0).length,
    conditions: Array.from({ length: conditions }, (_, at) => ({
      failed: count(at, () => true),
      failedAlone: count(at, (call) => failures[call] === 1),
      mismatched: calls.filter((verdicts) => verdicts[at]?.mismatch === true).length,
    })),
  };
}
