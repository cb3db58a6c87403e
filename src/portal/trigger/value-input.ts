import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Field } from "../../admin/contract/calls.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { Combobox } from "../ui/combobox.ts";
import type { ComboOption } from "../ui/combobox.ts";
import { SelectField, TextField, Toggle } from "../ui/field.ts";
import { Chips } from "./chips.ts";
import { choicesOf, valueCounts } from "./fields.ts";
import type { Operator } from "./fields.ts";
import { fromLocalInput, toLocalInput } from "./local-time.ts";
import { WindowInput } from "./window-input.ts";

export interface ValueProps {
  readonly path: string;
  readonly field: Field | undefined;
  readonly op: Operator;
  readonly values: readonly string[];
  readonly error: string | null;
  readonly disabled: boolean;
  readonly onChange: (values: readonly string[]) => void;
}

/** Whether a value is shown as a mask, which no call has. */
const isMasked = (value: string): boolean => value.startsWith("***");

interface Suggestions {
  readonly options: readonly ComboOption[];
  /** Whether there are more, which are masked. */
  readonly isMasked: boolean;
}

/**
 * What the tenant's recent calls have in a field; read when it is first wanted. Numbers and names are masked until one asks
 * for them, as it is written down who has seen them.
 */
function useSuggestions(path: string, wanted: boolean, reveal: boolean): Suggestions {
  const { t, api, can, tenantId } = usePortal();
  const isWhole = path !== "" && !path.endsWith(".");
  const read = wanted && isWhole && can("calls:read");
  const load = useLoad(
    read
      ? async (signal) => {
          const query = { path, reveal: reveal ? "true" : "false" } as const;
          return (await api.call("listFieldValues", { query, signal })).body.items;
        }
      : null,
    [tenantId, path, read, reveal],
  );
  const items = load.data ?? [];
  const options = items
    .filter(({ value }) => !isMasked(value))
    .map(({ value, count }) => ({ value, label: value, hint: t("editor.in-calls", { count }) }));
  return { options, isMasked: options.length < items.length };
}

/** Few values: one of them, or each that is meant. */
function ChoiceInput(props: ValueProps): VNode {
  const portal = usePortal();
  const { values, onChange, disabled, error } = props;
  const label = portal.t("editor.value");
  const choices = choicesOf(portal, props.field);
  if (valueCounts[props.op] === "one") {
    const none = { value: "", label: portal.t("editor.choose") };
    return html`<${SelectField}
      label=${label}
      quietLabel
      error=${error}
      disabled=${disabled}
      value=${values[0] ?? ""}
      choices=${values.length === 0 ? [none, ...choices] : choices}
      onChange=${(value: string) => onChange([value])}
    />`;
  }
  const set = (value: string, on: boolean): void =>
    onChange(
      choices
        .map((choice) => choice.value)
        .filter((other) => (other === value ? on : values.includes(other))),
    );
  return html`<fieldset class="choices">
    <legend class="visually-hidden">${label}</legend>
    ${choices.map(
      ({ value, label }) =>
        html`<${Toggle}
          key=${value}
          label=${label}
          checked=${values.includes(value)}
          disabled=${disabled}
          onChange=${(on: boolean) => set(value, on)}
        />`,
    )}
    ${error === null ? null : html`<div class="error">${error}</div>`}
  </fieldset>`;
}

interface TypedTime {
  readonly local: string;
  readonly iso: string | undefined;
}

function TimeInput({ values, error, disabled, onChange }: ValueProps): VNode {
  const { t } = usePortal();
  // What is half typed is a time already, such as one of the year 2: written anew it would take away what one is typing.
  const [typed, setTyped] = useState<TypedTime | null>(null);
  const [value] = values;
  function input(local: string): void {
    const iso = local === "" ? undefined : fromLocalInput(local);
    setTyped({ local, iso });
    onChange(iso === undefined ? [] : [iso]);
  }
  return html`<${TextField}
    type="datetime-local"
    step=${1}
    label=${t("editor.value")}
    quietLabel
    hint=${t("editor.time-hint")}
    error=${error}
    disabled=${disabled}
    value=${typed !== null && typed.iso === value ? typed.local : toLocalInput(value ?? "")}
    onInput=${input}
  />`;
}

function OneText({
  values,
  error,
  disabled,
  onChange,
  options,
}: ValueProps & { readonly options: readonly ComboOption[] }): VNode {
  const { t } = usePortal();
  const [value = ""] = values;
  return html`<${Combobox}
    label=${t("editor.value")}
    quietLabel
    error=${error}
    disabled=${disabled}
    placeholder=${t("editor.value")}
    options=${options}
    selected=${value}
    text=${value}
    onText=${(text: string) => onChange([text])}
    onPick=${(option: ComboOption) => onChange([option.value])}
  />`;
}

function TextInput(props: ValueProps): VNode {
  const { t, can, formats } = usePortal();
  const [wanted, setWanted] = useState(false);
  const [revealed, setRevealed] = useState<string | null>(null);
  const { options, isMasked } = useSuggestions(props.path, wanted, revealed === props.path);
  const isTime = props.field?.type === "time";
  const hint = isTime
    ? t("editor.times-hint")
    : props.op === "wildcard"
      ? t("editor.wildcard-hint")
      : undefined;
  const input =
    valueCounts[props.op] === "one"
      ? html`<${OneText} ...${props} options=${options} />`
      : html`<${Chips}
          label=${t("editor.values")}
          values=${props.values}
          options=${options}
          error=${props.error}
          hint=${hint}
          disabled=${props.disabled}
          shown=${(value: string) => (isTime && !Number.isNaN(Date.parse(value)) ? formats.dateTime(value) : value)}
          onChange=${props.onChange}
        />`;
  const reveal = html`<${Button} kind="quiet" onClick=${() => setRevealed(props.path)}>
      ${t("editor.offer-values")}
    <//>
    <p class="hint">${t("editor.offer-values-hint")}</p>`;
  return html`<div onFocusIn=${() => setWanted(true)}>
    ${input} ${isMasked && can("values:reveal") && !props.disabled ? reveal : null}
  </div>`;
}

/** The input that fits the field's type and the operator. */
export function ValueInput(props: ValueProps): VNode | null {
  const portal = usePortal();
  const { op, field } = props;
  if (valueCounts[op] === "none") return null;
  if (op === "localTime" || op === "notLocalTime")
    return html`<${WindowInput}
      values=${props.values}
      disabled=${props.disabled}
      error=${props.error}
      onChange=${props.onChange}
    />`;
  if (choicesOf(portal, field).length > 0) return html`<${ChoiceInput} ...${props} />`;
  if (field?.type === "time" && valueCounts[op] === "one")
    return html`<${TimeInput} ...${props} />`;
  return html`<${TextInput} ...${props} />`;
}
