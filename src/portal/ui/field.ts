import type { ComponentChildren, VNode } from "preact";
import { useId } from "preact/hooks";
import { html } from "htm/preact";

/** What an input needs to be told of by its label, hint and error. */
export interface FieldIds {
  readonly id: string;
  readonly "aria-describedby": string | null;
  readonly "aria-invalid": "true" | null;
}

interface FieldTexts {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with what was given; null or empty: nothing. */
  readonly error?: string | null | undefined;
  /** The label is there for screen readers alone. */
  readonly quietLabel?: boolean;
}

/** An input with its label, hint and error. `children` is given what to spread onto the input. */
export function Field({
  label,
  hint,
  error,
  quietLabel,
  children,
}: FieldTexts & { readonly children: (ids: FieldIds) => ComponentChildren }): VNode {
  const id = useId();
  const wrong = error !== undefined && error !== null && error !== "";
  const described = [hint ? `${id}-hint` : "", wrong ? `${id}-error` : ""].filter(Boolean);
  const ids: FieldIds = {
    id,
    "aria-describedby": described.length > 0 ? described.join(" ") : null,
    "aria-invalid": wrong ? "true" : null,
  };
  return html`<div class=${wrong ? "field wrong" : "field"}>
    <label for=${id} class=${quietLabel ? "visually-hidden" : null}>${label}</label>
    ${hint ? html`<div class="hint" id=${`${id}-hint`}>${hint}</div>` : null} ${children(ids)}
    ${wrong ? html`<div class="error" id=${`${id}-error`}>${error}</div>` : null}
  </div>`;
}

type Given = (value: string) => void;
const valueOf = (event: Event): string => (event.currentTarget as HTMLInputElement).value;

interface TextFieldProps extends FieldTexts {
  readonly value: string;
  readonly onInput: Given;
  readonly type?: "text" | "url" | "password" | "search" | "number" | "datetime-local" | "time";
  readonly name?: string;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly list?: string;
  readonly inputmode?: string;
  readonly onBlur?: () => void;
}

/** One line of text. */
export function TextField({
  label,
  hint,
  error,
  quietLabel,
  value,
  onInput,
  type = "text",
  ...rest
}: TextFieldProps): VNode {
  return html`<${Field} label=${label} hint=${hint} error=${error} quietLabel=${quietLabel}>
    ${(ids: FieldIds) =>
      html`<input
        ...${ids}
        ...${rest}
        type=${type}
        value=${value}
        spellcheck=${false}
        onInput=${(event: Event) => onInput(valueOf(event))}
      />`}
  <//>`;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One of a few. */
export function SelectField({
  label,
  hint,
  error,
  quietLabel,
  value,
  choices,
  onChange,
  disabled,
}: FieldTexts & {
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: Given;
  readonly disabled?: boolean;
}): VNode {
  return html`<${Field} label=${label} hint=${hint} error=${error} quietLabel=${quietLabel}>
    ${(ids: FieldIds) =>
      html`<select
        ...${ids}
        value=${value}
        disabled=${disabled === true}
        onChange=${(event: Event) => onChange(valueOf(event))}
      >
        ${choices.map(
          (choice) =>
            html`<option key=${choice.value} value=${choice.value}>${choice.label}</option>`,
        )}
      </select>`}
  <//>`;
}

/** Yes or no. `look`: a box to tick, or a switch that takes effect at once. */
export function Toggle({
  label,
  hint,
  checked,
  onChange,
  disabled,
  fixed,
  look = "box",
  quietLabel,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  /** For now it can be reached, and keeps the focus, but not changed. */
  readonly fixed?: boolean;
  readonly look?: "box" | "switch";
  readonly quietLabel?: boolean;
}): VNode {
  const id = useId();
  return html`<div class="toggle">
    <input
      id=${id}
      type="checkbox"
      class=${look}
      role=${look === "switch" ? "switch" : null}
      checked=${checked}
      disabled=${disabled === true}
      aria-disabled=${fixed === true ? "true" : null}
      aria-describedby=${hint === undefined ? null : `${id}-hint`}
      onClick=${(event: Event) => fixed === true && event.preventDefault()}
      onChange=${(event: Event) => onChange((event.currentTarget as HTMLInputElement).checked)}
    />
    <label for=${id} class=${quietLabel ? "visually-hidden" : null}>${label}</label>
    ${hint === undefined ? null : html`<div class="hint" id=${`${id}-hint`}>${hint}</div>`}
  </div>`;
}
