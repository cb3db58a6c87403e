import type { Field } from "../../admin/contract/calls.ts";
import type { Condition } from "../../admin/contract/triggers.ts";
import type { Portal } from "../shell/portal.ts";
import { readWindow, windowText } from "./week-window.ts";

export type Operator = Condition["op"];

/** How many values an operator takes. Source: spec, section 4. */
export const valueCounts: Readonly<Record<Operator, "none" | "one" | "many">> = {
  eq: "one",
  ne: "one",
  in: "many",
  notIn: "many",
  prefix: "many",
  suffix: "many",
  contains: "many",
  wildcard: "many",
  gt: "one",
  gte: "one",
  lt: "one",
  lte: "one",
  exists: "none",
  absent: "none",
  localTime: "many",
  notLocalTime: "many",
};

/** What stands for any name in the path of a map, such as `tags.<name>`. */
export const anyName = "<name>";

const prefixOf = (field: Field): string => field.path.slice(0, -anyName.length);

/** The field that a path names; for `tags.Support` that is `tags.<name>`. Undefined: none that is known. */
export function fieldAt(fields: readonly Field[], path: string): Field | undefined {
  const exact = fields.find((field) => field.path === path);
  if (exact !== undefined) return exact;
  return fields.find((field) => field.path.endsWith(anyName) && path.startsWith(prefixOf(field)));
}

/** The name in the place of `<name>`; null: the field has none. */
export function nameIn(field: Field | undefined, path: string): string | null {
  if (field === undefined || !field.path.endsWith(anyName)) return null;
  const name = path.slice(prefixOf(field).length);
  return name === anyName ? "" : name;
}

/** The path with a name in the place of `<name>`. */
export function withName(field: Field, name: string): string {
  return prefixOf(field) + name;
}

/** What to choose from, where a field has few values: flags are yes or no. */
export function choicesOf({ t }: Portal, field: Field | undefined): Field["choices"] {
  if (field === undefined) return [];
  if (field.choices.length > 0) return field.choices;
  if (field.type === "flag")
    return [
      { value: "1", label: t("editor.yes") },
      { value: "0", label: t("editor.no") },
    ];
  if (field.type === "boolean")
    return [
      { value: "true", label: t("editor.yes") },
      { value: "false", label: t("editor.no") },
    ];
  return [];
}

/** An operator in words that fit the type: a time is after another one, a number more. */
export function operatorText({ t, has }: Portal, op: Operator, type: Field["type"]): string {
  const special = `editor.op.${type}.${op}`;
  return has(special) ? t(special) : t(`editor.op.${op}`);
}

/** A field as people call it. */
export function fieldText({ t }: Portal, field: Field | undefined, path: string): string {
  if (field === undefined || field.meaning === "") return path;
  const name = nameIn(field, path);
  return name === null ? field.meaning : t("editor.named-field", { field: field.meaning, name });
}

/** A value as people say it. */
export function valueText(portal: Portal, field: Field | undefined, value: string): string {
  const choice = choicesOf(portal, field).find((choice) => choice.value === value);
  if (choice !== undefined) return choice.label;
  if (readWindow(value) !== null) return windowText(value, portal.formats.weekdays());
  if (field?.type !== "time" || Number.isNaN(Date.parse(value))) return value;
  return portal.formats.dateTime(value);
}

/** A condition as a part of a sentence: "Direction is inbound". */
export function conditionText(
  portal: Portal,
  fields: readonly Field[],
  { field: path, op, values }: Condition,
): string {
  const { t, formats } = portal;
  const field = fieldAt(fields, path);
  const shown = values.slice(0, 5).map((value) => valueText(portal, field, value));
  const rest = values.length - shown.length;
  const all = rest > 0 ? [...shown, t("editor.more-values", { count: rest })] : shown;
  const words = operatorText(portal, op, field?.type ?? "text");
  return [fieldText(portal, field, path), words, formats.anyOf(all)].filter(Boolean).join(" ");
}
