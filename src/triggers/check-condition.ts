import { z } from "zod";
import type { Field, FieldCatalog } from "../cdr/field-catalog.ts";
import { parseDecimal } from "./decimal.ts";
import { parseInstant } from "./instant.ts";
import { isPlain, text, unknownProperty } from "./shape-problems.ts";
import { operatorRules, operators } from "./trigger.ts";
import type { Condition, Operator, Problem } from "./trigger.ts";
import { parseWindow } from "./week-windows.ts";
import { mostStars, wildcardPieces } from "./wildcard.ts";

const longestPath = 1000;
const mostValues = 1000;
const longestValue = 1000;

const shapes = {
  field: text(1, longestPath),
  op: z.enum(operators, { error: `is none of ${operators.join(", ")}` }),
  values: z
    .array(text(0, longestValue), { error: "is not a list of texts" })
    .max(mostValues, { error: `has over ${mostValues.toLocaleString("en")} values` })
    .default([]),
  ignoreCase: z.boolean({ error: "is neither true nor false" }).default(false),
};

interface ValueRule {
  readonly reads: (text: string) => boolean;
  readonly message: string;
}

const anyText: ValueRule = { reads: () => true, message: "" };

const valueRules: Readonly<Record<Field["type"], ValueRule>> = {
  text: anyText,
  number: {
    reads: (text) => parseDecimal(text) !== undefined,
    message: "is not a decimal number",
  },
  time: {
    reads: (text) => parseInstant(text) !== undefined,
    message: "is not an ISO 8601 date and time with an offset, such as 2024-05-29T09:37:35+01:00",
  },
  boolean: {
    reads: (text) => text === "true" || text === "false",
    message: "is neither true nor false",
  },
  container: anyText,
};

const windowRule: ValueRule = {
  reads: (text) => parseWindow(text) !== undefined,
  message: "is not a window of the week, such as Mon-Fri 09:00-17:30",
};

const wildcardRule: ValueRule = {
  reads: (text) => wildcardPieces(text).length <= mostStars + 1,
  message: `has over ${mostStars} stars`,
};

function valueRule(op: Operator, type: Field["type"]): ValueRule {
  if (op === "localTime" || op === "notLocalTime") return windowRule;
  return op === "wildcard" ? wildcardRule : valueRules[type];
}

function countProblem(op: Operator, count: number): string | undefined {
  const wanted = operatorRules[op].values;
  if (wanted === "none") return count > 0 ? `must be left out: ${op} takes none` : undefined;
  if (count === 0) return `are missing: ${op} needs ${wanted === "one" ? "one" : "at least one"}`;
  return wanted === "one" && count > 1 ? `are ${count}: ${op} takes exactly one` : undefined;
}

/** One problem for all the values that share it: there may be a thousand. */
function numbered(index: number, others: number, message: string): Problem {
  const more = others > 0 ? ` (and ${others} more)` : "";
  return { path: "values", message: `number ${index + 1}${more} ${message}` };
}

/** The parts of a condition that have the right shape; the others have their problems. */
type Parts = { readonly [Name in keyof Condition]: Condition[Name] | undefined };

function readParts(input: Readonly<Record<string, unknown>>, problems: Problem[]): Parts {
  const read = <T>(path: keyof Condition, shape: z.ZodType<T>): T | undefined => {
    const { data, error } = shape.safeParse(input[path]);
    const [first, ...more] = error?.issues ?? [];
    if (first === undefined) return data;
    const [index] = first.path;
    const { message } = first;
    const whole = typeof index !== "number";
    problems.push(whole ? { path, message } : numbered(index, more.length, message));
    return undefined;
  };
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(shapes, name)) problems.push({ path: name, message: unknownProperty });
  }
  return {
    field: read("field", shapes.field),
    op: read("op", shapes.op),
    values: read("values", shapes.values),
    ignoreCase: read("ignoreCase", shapes.ignoreCase),
  };
}

function valueProblems(op: Operator, values: readonly string[], type: Field["type"]): Problem[] {
  const rule = valueRule(op, type);
  const unreadable = values.flatMap((value, index) => (rule.reads(value) ? [] : index));
  const [first] = unreadable;
  return first === undefined ? [] : [numbered(first, unreadable.length - 1, rule.message)];
}

/** The operator, the values and the rest against the field that they are for. */
function fieldProblems({ op, values = [], ignoreCase }: Parts, field: Field): Problem[] {
  const problems: Problem[] = [];
  if (ignoreCase === true && field.type !== "text") {
    const message = `is for text, and ${field.path} is ${field.type}`;
    problems.push({ path: "ignoreCase", message });
  }
  if (op === undefined) return problems;
  const fits: readonly Field["type"][] = operatorRules[op].on;
  if (fits.includes(field.type)) return [...problems, ...valueProblems(op, values, field.type)];
  return [...problems, { path: "op", message: `does not fit a ${field.type} field` }];
}

function partsProblems(parts: Parts, catalog: FieldCatalog): Problem[] {
  const problems: Problem[] = [];
  const { op, values } = parts;
  const count = op && values && countProblem(op, values.length);
  if (count !== undefined) problems.push({ path: "values", message: count });
  if (parts.field === undefined) return problems;
  const field = catalog.resolve(parts.field);
  if (field !== undefined) return [...problems, ...fieldProblems(parts, field)];
  return [{ path: "field", message: "is not a property of the CDR" }, ...problems];
}

/** Digits alone are a number, whatever else is one. */
const digits = /^\d{1,15}$/;

function areReadable(values: readonly string[], op: Operator, type: Field["type"]): boolean {
  const rule = valueRule(op, type);
  if (rule === anyText) return true;
  return values.every(
    (value) => (rule === valueRules.number && digits.test(value)) || rule.reads(value),
  );
}

/**
 * Whether a condition whose parts have the right types is seen to be valid at a glance. False says nothing: then
 * `checkCondition` has to tell.
 */
export function isUsualCondition(condition: Condition, catalog: FieldCatalog): boolean {
  const { field: path, op, values, ignoreCase } = condition;
  if (!isPlain(path, 1, longestPath) || !Object.hasOwn(operatorRules, op)) return false;
  const field = catalog.resolve(path);
  if (field === undefined || (ignoreCase && field.type !== "text")) return false;
  const fits: readonly Field["type"][] = operatorRules[op].on;
  return (
    fits.includes(field.type) &&
    values.length <= mostValues &&
    countProblem(op, values.length) === undefined &&
    values.every((value) => isPlain(value, 0, longestValue)) &&
    areReadable(values, op, field.type)
  );
}

/**
 * Checks one condition of a trigger. `problems` is empty exactly when `condition` is there; their paths begin with
 * `prefix` and end with the property, as in `filters[2].values`. Source: spec, section 4.
 */
export function checkCondition(
  input: unknown,
  prefix: string,
  catalog: FieldCatalog,
): { readonly condition?: Condition; readonly problems: readonly Problem[] } {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { problems: [{ path: prefix, message: "is not a condition" }] };
  }
  const problems: Problem[] = [];
  const parts = readParts(input as Readonly<Record<string, unknown>>, problems);
  problems.push(...partsProblems(parts, catalog));
  if (problems.length === 0) return { condition: parts as Condition, problems };
  return {
    problems: problems.map(({ path, message }) => ({ path: `${prefix}.${path}`, message })),
  };
}
