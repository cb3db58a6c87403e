import type { CallEnded } from "../cdr/call-ended.ts";
import type { JobRow } from "./job-ledger.ts";
import { plainFires } from "./plain-evaluator.ts";
import type { KnownTrigger, Possible } from "./possible-triggers.ts";

/** What a call must have caused by what was in force, as far as that can be known. */
export interface Expectation {
  /** Triggers that fired whatever was in force. */
  readonly certain: ReadonlySet<string>;
  /** Whether a job of this trigger would be right. */
  mayFire(triggerId: string): boolean;
  /** Triggers of which both is right: that there is a job, and that there is none. */
  readonly either: number;
}

function firing(set: readonly KnownTrigger[], cdr: CallEnded["cdr"]): Set<string> {
  const fired = set.filter(({ trigger, placeOf }) => plainFires(trigger.filters, cdr, placeOf));
  return new Set(fired.map(({ trigger }) => trigger.triggerId));
}

/** Evaluates every trigger of every set that may have been in force, one by one. */
export function expectationOf(call: CallEnded, possible: Possible): Expectation {
  const fired = possible.sets.map((set) => firing(set, call.cdr));
  const inOne = new Set(fired.flatMap((set) => [...set]));
  const inAll = [...inOne].filter((id) => fired.every((set) => set.has(id)));
  const certain = new Set(possible.loose ? [] : inAll.filter((id) => !possible.unknown.has(id)));
  const either = new Set([...inOne, ...possible.unknown].filter((id) => !certain.has(id)));
  return {
    certain,
    either: either.size,
    mayFire: (id) => inOne.has(id) || possible.unknown.has(id) || possible.mayHaveBeen(id),
  };
}

/** What a call and its jobs come to. */
export interface CallJudgement {
  /** Triggers that had to fire and have no job. */
  readonly missing: readonly string[];
  /** Jobs that match wrote more than once. */
  readonly doubled: readonly JobRow[];
  /** Jobs for which there was no reason. */
  readonly unexpected: readonly JobRow[];
}

/** Holds a call's jobs against what it must have caused. A job that a replay wrote is neither double nor unexpected. */
export function judgeCall(expected: Expectation, rows: readonly JobRow[]): CallJudgement {
  const present = new Set(rows.map(({ entry }) => entry.triggerId));
  const firsts = new Map<string, JobRow>();
  const doubled: JobRow[] = [];
  for (const row of rows) {
    if (row.replay) continue;
    if (firsts.has(row.entry.triggerId)) doubled.push(row);
    else firsts.set(row.entry.triggerId, row);
  }
  return {
    missing: [...expected.certain].filter((id) => !present.has(id)),
    doubled,
    unexpected: [...firsts.values()].filter(({ entry }) => !expected.mayFire(entry.triggerId)),
  };
}
