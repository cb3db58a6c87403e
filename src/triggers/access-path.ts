import type { Field } from "../cdr/field-catalog.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import { parseDecimal } from "./decimal.ts";
import type { Condition } from "./trigger.ts";

/** A value that a field must have. */
export type Key = string | number | bigint | boolean;

/**
 * A way to find a trigger by a call: what a value of the field has to be for one of its conditions to hold. A call
 * without such a value does not fire the trigger; one with it may. `ignoreCase`: texts are compared in lower case.
 */
export type AccessPath =
  | {
      readonly kind: "exact" | "prefix";
      readonly field: Field;
      readonly ignoreCase: boolean;
      readonly keys: readonly Key[];
    }
  | {
      /** The value lies in here, both ends included, where the call has one value alone. */
      readonly kind: "range";
      readonly field: Field;
      readonly from: number;
      readonly to: number;
    };

const bounds = {
  gt: (value: number) => [value, Infinity],
  gte: (value: number) => [value, Infinity],
  lt: (value: number) => [-Infinity, value],
  lte: (value: number) => [-Infinity, value],
} as const satisfies Partial<Record<Condition["op"], (value: number) => readonly [number, number]>>;

function textPath(condition: Condition, field: Field): AccessPath | null {
  const { op, ignoreCase, values } = condition;
  if (op !== "eq" && op !== "in" && op !== "prefix") return null;
  const keys = ignoreCase ? values.map((value) => value.toLowerCase()) : values;
  return { kind: op === "prefix" ? "prefix" : "exact", field, ignoreCase, keys };
}

function numberPath({ op, values }: Condition, field: Field): AccessPath | null {
  const decimals = values.flatMap((text) => parseDecimal(text) ?? []);
  if (op === "eq" || op === "in") {
    const keys = decimals.flatMap(({ number, whole }) =>
      whole === undefined ? [number] : [number, whole],
    );
    return { kind: "exact", field, ignoreCase: false, keys };
  }
  const [first] = decimals;
  if (first === undefined || !(op in bounds)) return null;
  const [from, to] = bounds[op as keyof typeof bounds](first.number);
  return { kind: "range", field, from, to };
}

function booleanPath({ op, values }: Condition, field: Field): AccessPath | null {
  if (op !== "eq" && op !== "in") return null;
  return { kind: "exact", field, ignoreCase: false, keys: values.map((text) => text === "true") };
}

function pathOf(condition: Condition, field: Field): AccessPath | null {
  if (field.type === "text") return textPath(condition, field);
  if (field.type === "number") return numberPath(condition, field);
  return field.type === "boolean" ? booleanPath(condition, field) : null;
}

/** All ways to find the trigger; none where any call may fire it. Ranges of one field are one. */
export function accessPaths({ conditions }: CompiledTrigger): AccessPath[] {
  const paths: AccessPath[] = [];
  for (const { condition, field } of conditions) {
    const path = pathOf(condition, field);
    const same = paths.findIndex(
      (each) => each.kind === "range" && each.field.shape === field.shape,
    );
    const before = paths[same];
    if (path?.kind === "range" && before?.kind === "range") {
      const [from, to] = [Math.max(before.from, path.from), Math.min(before.to, path.to)];
      paths[same] = { kind: "range", field, from, to };
    } else if (path !== null) {
      paths.push(path);
    }
  }
  return paths;
}
