import type { Cdr } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import { misplaced } from "../cdr/field-visit.ts";
import { OnhookError } from "../errors.ts";
import { parseDecimal } from "./decimal.ts";
import { parseInstant } from "./instant.ts";
import { localTimeTest, numberTest, timeTest } from "./order-test.ts";
import type { OrderOperator } from "./order-test.ts";
import { textTest } from "./text-test.ts";
import type { TextOperator } from "./text-test.ts";
import type { Condition, Operator } from "./trigger.ts";
import { parseWindow } from "./week-windows.ts";

/** Called with the field's path when a CDR's value is of another type than the condition was checked against. */
export type OnTypeMismatch = (path: string) => void;

/** A condition ready to be asked about calls. */
export interface CompiledCondition {
  readonly condition: Condition;
  readonly field: Field;
  readonly holds: (cdr: Cdr) => boolean;
}

/** A value's verdict: undefined when it is of another type. */
type ValueTest = (value: unknown) => boolean | undefined;

/** The negatives are exactly "not" their positives, absent fields and values of another type included. */
const positives: Partial<Record<Operator, Operator>> = {
  ne: "eq",
  notIn: "in",
  notLocalTime: "localTime",
  absent: "exists",
};

function unreadable(condition: Condition): OnhookError {
  return new OnhookError("TRIGGER_INVALID", {
    problems: `${condition.op} on ${condition.field} can not be read by the field's type`,
  });
}

function readAll<T>(condition: Condition, parse: (text: string) => T | undefined): T[] {
  return condition.values.map((text) => {
    const value = parse(text);
    if (value === undefined) throw unreadable(condition);
    return value;
  });
}

function textValueTest(condition: Condition, op: Operator): ValueTest {
  const test = textTest(op as TextOperator, condition.values, condition.ignoreCase);
  return (value) => (typeof value === "string" ? test(value) : undefined);
}

function numberValueTest(condition: Condition, op: Operator): ValueTest {
  const test = numberTest(op as OrderOperator, readAll(condition, parseDecimal));
  return (value) =>
    typeof value === "number" || typeof value === "bigint" ? test(value) : undefined;
}

function timeValueTest(condition: Condition, op: Operator): ValueTest {
  const test =
    op === "localTime"
      ? localTimeTest(readAll(condition, parseWindow).flat())
      : timeTest(op as OrderOperator, readAll(condition, parseInstant));
  return (value) => {
    const instant = typeof value === "string" ? parseInstant(value) : undefined;
    return instant && test(instant);
  };
}

function booleanValueTest(condition: Condition): ValueTest {
  const wanted = new Set(condition.values);
  return (value) => (typeof value === "boolean" ? wanted.has(String(value)) : undefined);
}

function valueTest(condition: Condition, op: Operator, field: Field): ValueTest {
  const { type } = field;
  switch (type) {
    case "text":
      return textValueTest(condition, op);
    case "number":
      return numberValueTest(condition, op);
    case "time":
      return timeValueTest(condition, op);
    case "boolean":
      return booleanValueTest(condition);
    case "container":
      throw unreadable(condition);
  }
  return type satisfies never;
}

function positiveTest(
  condition: Condition,
  op: Operator,
  field: Field,
  onTypeMismatch: OnTypeMismatch,
): (cdr: Cdr) => boolean {
  if (op === "exists") return (cdr) => field.some(cdr, (value) => value !== misplaced);
  const test = valueTest(condition, op, field);
  const verdict = (value: unknown): boolean => {
    const holds = test(value);
    if (holds === undefined) onTypeMismatch(field.path);
    return holds === true;
  };
  return (cdr) => field.some(cdr, verdict);
}

/**
 * Compiles a condition that `checkCondition` has passed for this field. The result is total: it throws for no CDR and
 * converts nothing. One value that satisfies the condition is enough; a value of another type never does, and is told to
 * `onTypeMismatch`. Throws TRIGGER_INVALID when the condition was not checked. Source: spec, section 4.
 */
export function compileCondition(
  condition: Condition,
  field: Field,
  onTypeMismatch: OnTypeMismatch,
): (cdr: Cdr) => boolean {
  const positive = positives[condition.op];
  const holds = positiveTest(condition, positive ?? condition.op, field, onTypeMismatch);
  return positive === undefined ? holds : (cdr) => !holds(cdr);
}
