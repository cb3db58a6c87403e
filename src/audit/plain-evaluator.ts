import { eachItem, firstVersion } from "./plain-places.ts";
import type { PlainPlace, PlainPlaces } from "./plain-places.ts";
import { isInWindow, readTime } from "./plain-time.ts";

/**
 * Conditions evaluated the obvious way, straight from section 4 of the specification: one case per rule, nothing compiled,
 * nothing fast. It shares no code with the matcher, so that the audit, the demo and the tests can ask it which webhooks had
 * to arrive.
 */
export interface PlainCondition {
  readonly field: string;
  readonly op: string;
  readonly values?: readonly string[];
  readonly ignoreCase?: boolean;
}

/** What a call does not have: null, numbers that are none, and whatever holds nothing but those. */
function isNothing(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (value === null || value === undefined) return true;
  if (typeof value !== "object" || value instanceof Uint8Array) return false;
  return Object.values(value).every(isNothing);
}

/** Found where a list should be. */
const notAList = Symbol("not a list");

/** All values behind `steps`. */
function valuesAt(value: unknown, steps: PlainPlace["steps"]): unknown[] {
  if (isNothing(value)) return [];
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (step === eachItem) {
    if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, rest));
    return rest.every((each) => each === eachItem) ? [notAList] : [];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  if (value instanceof Uint8Array || !Object.hasOwn(value, step)) return [];
  return valuesAt((value as Record<string, unknown>)[step], rest);
}

/** Whether `text` matches `pattern`, both as lists of characters; in the pattern, `*` was told apart from a star before. */
function matches(text: readonly string[], pattern: readonly (string | typeof anyRun)[]): boolean {
  // Of which lengths the beginnings of the text are that the pattern so far can match.
  const all = Array.from({ length: text.length + 1 }, (_, length) => length);
  let lengths = [0];
  for (const token of pattern) {
    const shortest = lengths[0] ?? Infinity;
    lengths =
      token === anyRun
        ? all.filter((length) => length >= shortest)
        : lengths.filter((length) => text[length] === token).map((length) => length + 1);
  }
  return lengths.includes(text.length);
}

const anyRun = Symbol("*");

function patternOf(value: string): (string | typeof anyRun)[] {
  const tokens = Array.from(value.matchAll(/\\\*|[^]/gu), ([token]) => token);
  return tokens.map((token) => (token === "*" ? anyRun : token === "\\*" ? "*" : token));
}

function holdsForText(op: string, value: string, wanted: string): boolean {
  const text = Array.from(value);
  const part = Array.from(wanted);
  const isAt = (start: number): boolean =>
    start >= 0 && part.every((character, index) => text[start + index] === character);
  switch (op) {
    case "eq":
    case "in":
      return value === wanted;
    case "prefix":
      return isAt(0);
    case "suffix":
      return isAt(text.length - part.length);
    case "contains":
      return part.length === 0 || text.some((_, start) => isAt(start));
    default:
      return op === "wildcard" && matches(text, patternOf(wanted));
  }
}

/** The number that a text is, exactly: `digits` over `power`. */
function readNumber(text: string): { readonly digits: bigint; readonly power: bigint } {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = BigInt(`${whole}${fraction}`.replace("+", ""));
  if (digits === 0n) return { digits, power: 1n };
  // A fraction is of a thousand digits at most: beyond that, however much smaller, it is below and above the same longs.
  const zeros = Math.max(-3000, Number(exponent) - fraction.length);
  const power = 10n ** BigInt(Math.abs(zeros));
  return zeros >= 0 ? { digits: digits * power, power: 1n } : { digits, power };
}

function holdsInOrder<T extends number | bigint>(op: string, value: T, wanted: T): boolean {
  switch (op) {
    case "eq":
    case "in":
      return value === wanted;
    case "gt":
      return value > wanted;
    case "gte":
      return value >= wanted;
    case "lt":
      return value < wanted;
    default:
      return op === "lte" && value <= wanted;
  }
}

function holdsForNumber(op: string, value: unknown, wanted: string): boolean {
  if (typeof value === "number") return holdsInOrder(op, value, Number(wanted));
  if (typeof value !== "bigint") return false;
  const { digits, power } = readNumber(wanted);
  return holdsInOrder(op, value * power, digits);
}

function holdsForTime(op: string, value: string, wanted: string): boolean {
  const time = readTime(value);
  if (time === undefined) return false;
  if (op === "localTime") return isInWindow(time, wanted);
  const limit = readTime(wanted);
  return limit !== undefined && holdsInOrder(op, time.instant, limit.instant);
}

/** Whether one value of the call satisfies the operator with one value of the condition. */
function holdsFor(
  type: PlainPlace["type"],
  op: string,
  value: unknown,
  wanted: string,
  fold: boolean,
): boolean {
  switch (type) {
    case "number":
      return holdsForNumber(op, value, wanted);
    case "time":
      return typeof value === "string" && holdsForTime(op, value, wanted);
    case "boolean":
      return typeof value === "boolean" && String(value) === wanted;
    case "container":
      return false;
    case "text":
      if (typeof value !== "string") return false;
      return fold
        ? holdsForText(op, value.toLowerCase(), wanted.toLowerCase())
        : holdsForText(op, value, wanted);
  }
  return type satisfies never;
}

const opposites: Readonly<Record<string, string>> = {
  ne: "eq",
  notIn: "in",
  notLocalTime: "localTime",
  absent: "exists",
};

function holds(condition: PlainCondition, cdr: object, placeOf: PlainPlaces): boolean {
  const { field, op, values: wanted = [], ignoreCase = false } = condition;
  const opposite = opposites[op];
  if (opposite !== undefined) return !holds({ ...condition, op: opposite }, cdr, placeOf);
  const place = placeOf(field);
  if (place === undefined) return false;
  const values = valuesAt(cdr, place.steps);
  if (op === "exists") return values.length > 0;
  return values.some((value) =>
    wanted.some((text) => holdsFor(place.type, op, value, text, ignoreCase)),
  );
}

/**
 * Whether a trigger with these conditions, all of them valid, fires for a call. `cdr` is a decoded CDR, absent fields null
 * or missing; `placeOf` knows the fields of the schema version that the conditions were written for.
 */
export function plainFires(
  conditions: readonly PlainCondition[],
  cdr: object,
  placeOf: PlainPlaces = firstVersion,
): boolean {
  return conditions.every((condition) => holds(condition, cdr, placeOf));
}
