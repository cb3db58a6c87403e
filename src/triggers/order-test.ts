import type { Decimal } from "./decimal.ts";
import { compareInstants, instantKey } from "./instant.ts";
import type { Instant } from "./instant.ts";
import { mergeWindows } from "./week-windows.ts";
import type { Window } from "./week-windows.ts";

export type OrderOperator = "eq" | "in" | "gt" | "gte" | "lt" | "lte";

/** Whether a value that is before (negative), at (0) or after (positive) the condition's own is accepted. */
const accepts = {
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
} as const satisfies Partial<Record<OrderOperator, (order: number) => boolean>>;

/**
 * Makes the test of a number. A number is compared with doubles, a bigint (a long beyond 2^53 − 1) exactly, to its last
 * digit.
 */
export function numberTest(
  op: OrderOperator,
  values: readonly Decimal[],
): (value: number | bigint) => boolean {
  if (op === "eq" || op === "in") {
    const wanted = new Set(values.flatMap(({ number, whole }) => [number, whole]));
    return (value) => wanted.has(value);
  }
  const accept = accepts[op];
  const { number, whole, floor } = values[0] as Decimal;
  return (value) => {
    if (typeof value === "number") return accept(value - number);
    return accept(value > floor ? 1 : value === whole ? 0 : -1);
  };
}

/** Makes the test of a time, by the instants. */
export function timeTest(
  op: OrderOperator,
  values: readonly Instant[],
): (value: Instant) => boolean {
  if (op === "eq" || op === "in") {
    const wanted = new Set(values.map(instantKey));
    return (value) => wanted.has(instantKey(value));
  }
  const accept = accepts[op];
  const limit = values[0] as Instant;
  return (value) => accept(compareInstants(value, limit));
}

/** Makes the test whether a time's wall clock, as written, lies in one of the windows. */
export function localTimeTest(windows: readonly Window[]): (value: Instant) => boolean {
  const merged = mergeWindows(windows);
  return ({ minuteOfWeek }) =>
    merged.some(({ from, to }) => from <= minuteOfWeek && minuteOfWeek < to);
}
