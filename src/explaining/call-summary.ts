import { isAbsent } from "../cdr/absence.ts";
import type { FoundCall } from "./find-calls.ts";
import { shownValue } from "./masked-values.ts";
import { toldTime } from "./told-time.ts";

/** What is told of a call in a list. */
export interface CallSummary {
  readonly cdrId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly partition: number;
  readonly offset: number;
  /** Its plain fields, by name; those that it does not have are left out. */
  readonly fields: Record<string, string | number | boolean>;
}

/** `reveals`: texts are told as they are, else masked. */
export function summaryOf({ record, call }: FoundCall, reveals: boolean): CallSummary {
  const plain = Object.entries(call.cdr).filter(
    ([, value]) => typeof value !== "object" && !isAbsent(value),
  );
  return {
    cdrId: call.cdr.id,
    at: toldTime(record.timestamp),
    partition: record.partition,
    offset: record.offset,
    fields: Object.fromEntries(
      plain.map(([name, value]) => [name, shownValue(name, value, reveals)]),
    ),
  };
}
