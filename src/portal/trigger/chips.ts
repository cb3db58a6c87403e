import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { Combobox } from "../ui/combobox.ts";
import type { ComboOption } from "../ui/combobox.ts";
import { focusAfterRemoval } from "../ui/focus.ts";

interface ChipsProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly options: readonly ComboOption[];
  readonly error?: string | null;
  readonly hint?: string;
  readonly disabled?: boolean;
  /** How a value is written on its chip. */
  readonly shown?: (value: string) => string;
  readonly onChange: (values: readonly string[]) => void;
}

function ChipList(props: {
  readonly label: string;
  readonly chips: readonly { readonly value: string; readonly text: string }[];
  readonly disabled: boolean;
  readonly onRemove: (value: string, text: string) => void;
}): VNode {
  const { t } = usePortal();
  return html`<ul class="chip-list" aria-label=${props.label}>
    ${props.chips.map(
      ({ value, text }) =>
        html`<li key=${value} class="chip">
          <bdi>${text}</bdi>
          <${Button}
            kind="quiet"
            disabled=${props.disabled}
            label=${t("editor.remove-value", { value: text })}
            onClick=${() => props.onRemove(value, text)}
          >
            ×
          <//>
        </li>`,
    )}
  </ul>`;
}

/** Many values: those that there are, each to be taken out, and an input for one more. */
export function Chips(props: ChipsProps): VNode {
  const { t, announce } = usePortal();
  const [text, setText] = useState("");
  const root = useRef<HTMLDivElement>(null);
  const { label, values, options, error, hint, disabled = false, shown, onChange } = props;
  const textOf = (value: string): string =>
    value === "" ? t("editor.empty-text") : (shown?.(value) ?? value);
  function add(value: string): void {
    setText("");
    if (value !== "" && !values.includes(value)) onChange([...values, value]);
  }
  function remove(value: string, text: string): void {
    onChange(values.filter((other) => other !== value));
    focusAfterRemoval(root.current, values.indexOf(value), ".chip", "[role=combobox]");
    announce(t("editor.value-removed", { value: text }));
  }
  const chips = values.map((value) => ({ value, text: textOf(value) }));
  return html`<div class="chips" ref=${root}>
    ${
      values.length === 0
        ? null
        : html`<${ChipList}
            label=${label}
            chips=${chips}
            disabled=${disabled}
            onRemove=${remove}
          />`
    }
    <${Combobox}
      label=${label}
      quietLabel
      hint=${hint}
      error=${error}
      disabled=${disabled}
      placeholder=${t("editor.add-value")}
      options=${options.filter(({ value }) => !values.includes(value))}
      text=${text}
      onText=${setText}
      onPick=${(option: ComboOption) => add(option.value)}
      onEnter=${add}
      onLeave=${() => add(text)}
      onErase=${() => onChange(values.slice(0, -1))}
    />
  </div>`;
}
