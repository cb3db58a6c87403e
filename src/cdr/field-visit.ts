import { carries, isAbsent } from "./absence.ts";

/** Stands for a value that is there, but not in the shape that the schema says: one text where a list should be. */
export const misfit = Symbol("misfit");
/** Stands for a property that can't be there, because something else than its record or map is in their place. */
export const misplaced = Symbol("misplaced");

type Test = (value: unknown) => boolean;

/**
 * Looks for the values of a field below `value` and says whether `test` holds for one of them. What is absent is not
 * visited. Never throws, whatever `value` is: a CDR may come from another schema version than the field.
 */
export type Visit = (value: unknown, test: Test) => boolean;

/** The end of the way: the value itself. */
export const visitValue: Visit = (value, test) => carries(value) && test(value);

export function visitProperty(name: string, next: Visit): Visit {
  return (value, test) => {
    if (isAbsent(value)) return false;
    if (typeof value !== "object" || Array.isArray(value) || value instanceof Uint8Array) {
      return carries(value) && test(misplaced);
    }
    // Own properties only: `constructor` is a fine name for a tag.
    if (!Object.hasOwn(value as object, name)) return false;
    return next((value as Record<string, unknown>)[name], test);
  };
}

/** `stranger` is what is visited in place of something that is no array. */
export function visitItems(next: Visit, stranger: typeof misfit | typeof misplaced): Visit {
  return (value, test) => {
    if (isAbsent(value)) return false;
    if (!Array.isArray(value)) return carries(value) && test(stranger);
    return value.some((item) => next(item, test));
  };
}
