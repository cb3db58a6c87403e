import type { CallEnded } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import { shownValue } from "./masked-values.ts";

/** How often calls have a value. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

const mostListed = 50;
/** Longer ones can stand in no condition. */
const longestValue = 1000;

/** Counts what calls have in a field. What is shown alike counts together, so that counts tell no more than values do. */
export class FieldValues {
  readonly #field: Field;
  readonly #reveals: boolean;
  readonly #counts = new Map<string, number>();
  /** Calls that were looked at. */
  calls = 0;

  constructor(field: Field, reveals: boolean) {
    this.#field = field;
    this.#reveals = reveals;
  }

  add({ cdr }: CallEnded): void {
    this.calls += 1;
    const { path } = this.#field;
    const scalars = this.#field
      .values(cdr)
      .filter((value) => typeof value !== "object" && typeof value !== "symbol")
      .map((value) => String(shownValue(path, value, this.#reveals)))
      .filter(({ length }) => length <= longestValue);
    // A call counts once for a value, however many of a list's items have it.
    for (const value of new Set(scalars))
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  /** The most frequent first, equally frequent ones by themselves. */
  list(): ValueCount[] {
    return [...this.#counts]
      .sort(([a, counted], [b, more]) => more - counted || (a < b ? -1 : 1))
      .slice(0, mostListed)
      .map(([value, count]) => ({ value, count }));
  }
}
