import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Field } from "../../admin/contract/calls.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { Combobox } from "../ui/combobox.ts";
import type { ComboOption } from "../ui/combobox.ts";
import { SelectField, TextField, Toggle } from "../ui/field.ts";
import type { ConditionDraft } from "./draft.ts";
import { anyName, fieldAt, nameIn, operatorText, valueCounts, withName } from "./fields.ts";
import type { Operator } from "./fields.ts";
import { ValueInput } from "./value-input.ts";
import { businessHours } from "./week-window.ts";

export interface ConditionProblems {
  readonly field: string | null;
  readonly op: string | null;
  readonly values: string | null;
  readonly ignoreCase: string | null;
}

interface RowProps {
  readonly condition: ConditionDraft;
  readonly fields: readonly Field[];
  readonly problems: ConditionProblems;
  readonly disabled: boolean;
  readonly onChange: (condition: ConditionDraft) => void;
}

const anyOperators: readonly Operator[] = [
  "eq",
  "ne",
  "in",
  "notIn",
  "prefix",
  "suffix",
  "contains",
  "wildcard",
  "exists",
  "absent",
];
const textOperators: ReadonlySet<Operator> = new Set([
  "eq",
  "ne",
  "in",
  "notIn",
  "prefix",
  "suffix",
  "contains",
  "wildcard",
]);

function optionsOf({ t }: Portal, fields: readonly Field[]): ComboOption[] {
  return fields.map(({ path, meaning, group, type }) => ({
    value: path,
    label: meaning === "" ? path : meaning,
    hint: `${path} · ${t(`editor.type.${type}`)}`,
    group: t(`editor.group.${group}`),
  }));
}

/** Values that another operator can take over from the one before. */
export function carriedValues(
  values: readonly string[],
  before: Operator,
  op: Operator,
): readonly string[] {
  const isWindow = (op: Operator): boolean => op === "localTime" || op === "notLocalTime";
  if (isWindow(op)) return isWindow(before) ? values : [businessHours];
  if (isWindow(before) || valueCounts[op] === "none") return [];
  return valueCounts[op] === "one" ? values.slice(0, 1) : values.filter((value) => value !== "");
}

/** The condition on another field: the operator and values stay where they fit that as well. */
export function onField(
  condition: ConditionDraft,
  before: Field | undefined,
  next: Field | undefined,
  path: string,
): ConditionDraft {
  const operators = next?.operators ?? anyOperators;
  const op = operators.includes(condition.op) ? condition.op : (operators[0] ?? "eq");
  const alike = next?.type === before?.type && !next?.choices.length && !before?.choices.length;
  const stay = alike && op === condition.op;
  const values = stay ? condition.values : carriedValues([], "exists", op);
  const field = next?.path.endsWith(anyName) === true ? withName(next, "") : path;
  return { ...condition, field, op, values: [...values], ignoreCase: false };
}

/** The field that a text is the whole name or meaning of. */
export function namedBy(fields: readonly Field[], text: string): Field | undefined {
  const asked = text.trim().toLowerCase();
  return fields.find(
    ({ path, meaning }) => path.toLowerCase() === asked || meaning.toLowerCase() === asked,
  );
}

/** Which field: found by its name or by what it means. */
function FieldInput({ condition, fields, problems, disabled, onChange }: RowProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const field = fieldAt(fields, condition.field);
  const [text, setText] = useState<string | null>(null);
  const shown = field?.meaning || (field?.path ?? condition.field);
  function choose(path: string): void {
    setText(null);
    if (path !== condition.field) onChange(onField(condition, field, fieldAt(fields, path), path));
  }
  const named = text === null ? undefined : namedBy(fields, text);
  function leave(): void {
    if (named === undefined) setText(null);
    else choose(named.path);
  }
  const known = shown === condition.field ? null : html`<code>${condition.field}</code>`;
  const isUnknown = text !== null && text.trim() !== "" && named === undefined;
  const name = nameIn(field, condition.field);
  return html`<div class="condition-field">
    <${Combobox}
      label=${t("editor.field")}
      quietLabel
      error=${problems.field}
      disabled=${disabled}
      placeholder=${t("editor.field-placeholder")}
      hint=${isUnknown ? t("editor.field-enter") : known}
      options=${optionsOf(portal, fields)}
      selected=${field?.path}
      text=${text ?? shown}
      onText=${setText}
      onPick=${(option: ComboOption) => choose(option.value)}
      onEnter=${(typed: string) => choose(typed.trim())}
      onLeave=${leave}
    />
    ${
      name === null || field === undefined
        ? null
        : html`<${TextField}
            label=${t("editor.name-of", { field: field.meaning || field.path })}
            value=${name}
            disabled=${disabled}
            onInput=${(next: string) => onChange({ ...condition, field: withName(field, next) })}
          />`
    }
  </div>`;
}

/** One condition: field, operator, values. */
export function ConditionRow(props: RowProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { condition, fields, problems, disabled, onChange } = props;
  const field = fieldAt(fields, condition.field);
  const operators = field?.operators ?? anyOperators;
  const known = operators.includes(condition.op) ? operators : [condition.op, ...operators];
  function chooseOperator(text: string): void {
    const op = text as Operator;
    onChange({ ...condition, op, values: [...carriedValues(condition.values, condition.op, op)] });
  }
  const canIgnoreCase =
    (field?.type ?? "text") === "text" &&
    textOperators.has(condition.op) &&
    (field?.choices.length ?? 0) === 0;
  return html`<div class="condition">
    <${FieldInput} ...${props} />
    <${SelectField}
      label=${t("editor.operator")}
      quietLabel
      error=${problems.op}
      disabled=${disabled}
      value=${condition.op}
      choices=${known.map((op) => ({ value: op, label: operatorText(portal, op, field?.type ?? "text") }))}
      onChange=${chooseOperator}
    />
    <div class="condition-values">
      <${ValueInput}
        path=${condition.field}
        field=${field}
        op=${condition.op}
        values=${condition.values}
        error=${problems.values}
        disabled=${disabled}
        onChange=${(values: readonly string[]) => onChange({ ...condition, values: [...values] })}
      />
      ${
        canIgnoreCase || condition.ignoreCase
          ? html`<${Toggle}
              label=${t("editor.ignore-case")}
              checked=${condition.ignoreCase}
              disabled=${disabled}
              onChange=${(ignoreCase: boolean) => onChange({ ...condition, ignoreCase })}
            />`
          : null
      }
    </div>
  </div>`;
}

interface ControlProps {
  readonly number: number;
  readonly count: number;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

/** Moves a condition among the others, or takes it out. */
export function ConditionControls({ number, count, onMove, onRemove }: ControlProps): VNode {
  const { t } = usePortal();
  return html`<div class="condition-controls">
    <${Button}
      kind="quiet"
      label=${t("editor.move-up", { number })}
      disabled=${number === 1}
      onClick=${() => onMove(-1)}
      >↑<//
    >
    <${Button}
      kind="quiet"
      label=${t("editor.move-down", { number })}
      disabled=${number === count}
      onClick=${() => onMove(1)}
      >↓<//
    >
    <${Button} kind="quiet" label=${t("editor.remove-condition", { number })} onClick=${onRemove}
      >${t("editor.remove")}<//
    >
  </div>`;
}
