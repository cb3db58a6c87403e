import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Field } from "./field.ts";
import type { FieldIds } from "./field.ts";

export interface ComboOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  /** Options of a group stand together, under its name. */
  readonly group?: string;
}

export interface ComboboxProps {
  readonly label: string;
  readonly quietLabel?: boolean;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly options: readonly ComboOption[];
  /** What stands in the input. */
  readonly text: string;
  readonly selected?: string;
  readonly onText: (text: string) => void;
  readonly onPick: (option: ComboOption) => void;
  /** Enter where no option is chosen: the text itself is meant. */
  readonly onEnter?: (text: string) => void;
  readonly onLeave?: () => void;
  /** Backspace in an empty input. */
  readonly onErase?: () => void;
}

const most = 100;

/** The options that have every word of a text, in their value, label or group. */
export function matching(options: readonly ComboOption[], text: string): readonly ComboOption[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return options.filter(({ value, label, group = "" }) => {
    const all = `${value} ${label} ${group}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

interface ListProps {
  readonly id: string;
  readonly label: string;
  readonly shown: readonly ComboOption[];
  readonly at: number;
  readonly selected: string | undefined;
  readonly onPick: (option: ComboOption) => void;
}

function OptionList({ id, label, shown, at, selected, onPick }: ListProps): VNode {
  const { t } = usePortal();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(".current")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const optionOf = (option: ComboOption, index: number): VNode =>
    html`<div
      key=${option.value}
      role="option"
      id=${`${id}-${index}`}
      class=${index === at ? "option current" : "option"}
      aria-selected=${option.value === selected ? "true" : "false"}
      onMouseDown=${(event: Event) => event.preventDefault()}
      onClick=${() => onPick(option)}
    >
      <bdi>${option.label}</bdi>
      ${option.hint ? html`<span class="hint">${option.hint}</span>` : null}
    </div>`;
  const groups = [...new Set(shown.map(({ group }) => group ?? ""))];
  const numbered = shown.map((option, index) => ({ option, index }));
  return html`<div
    class="listbox"
    role="listbox"
    tabindex="-1"
    id=${id}
    aria-label=${label}
    ref=${list}
  >
    ${
      shown.length === 0
        ? html`<div class="option nothing" role="option" aria-disabled="true" aria-selected="false">
            ${t("shell.combobox.none")}
          </div>`
        : groups.map((group) => {
            const own = numbered.filter(({ option }) => (option.group ?? "") === group);
            const options = own.map(({ option, index }) => optionOf(option, index));
            if (group === "") return options;
            return html`<div role="group" aria-label=${group} key=${group}>
              <div class="group-label" aria-hidden="true">${group}</div>
              ${options}
            </div>`;
          })
    }
  </div>`;
}

/** How the keys move among the options; -1: none. */
const moves: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1 >= count ? 0 : at + 1),
  ArrowUp: (at, count) => (at <= 0 ? count - 1 : at - 1),
  PageDown: (at, count) => Math.min(count - 1, at + 8),
  PageUp: (at) => Math.max(0, at - 8),
};

/** Options of a group stand together, whatever their order is. */
function grouped(options: readonly ComboOption[]): readonly ComboOption[] {
  const order = [...new Set(options.map(({ group }) => group ?? ""))];
  return order.flatMap((name) => options.filter(({ group }) => (group ?? "") === name));
}

/** What the keys and the pointer do. */
function useCombobox(props: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(false);
  const [at, setAt] = useState(-1);
  const found = typed ? matching(props.options, props.text) : props.options;
  const shown = grouped(found).slice(0, most);
  function close(): void {
    setOpen(false);
    setTyped(false);
    setAt(-1);
  }
  function pick(option: ComboOption): void {
    close();
    props.onPick(option);
  }
  function enter(event: KeyboardEvent): void {
    const option = open ? shown[at] : undefined;
    if (option !== undefined || props.onEnter !== undefined || open) event.preventDefault();
    if (option !== undefined) pick(option);
    else if (props.onEnter !== undefined) {
      close();
      props.onEnter(props.text);
    }
  }
  function escape(event: KeyboardEvent): void {
    if (!open) return;
    // A dialog around it stays open.
    event.preventDefault();
    event.stopPropagation();
    close();
  }
  function press(event: KeyboardEvent): void {
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      setOpen(true);
      if (shown.length > 0) setAt(move(at, shown.length));
    } else if (event.key === "Enter") enter(event);
    else if (event.key === "Escape") escape(event);
    else if (event.key === "Backspace" && props.text === "") props.onErase?.();
  }
  function input(event: Event): void {
    setTyped(true);
    setOpen(true);
    setAt(-1);
    props.onText((event.currentTarget as HTMLInputElement).value);
  }
  function leave(): void {
    close();
    props.onLeave?.();
  }
  // Where there is nothing to propose, a list that says so would only lie over what is below.
  const isSeen = open && (typed || shown.length > 0);
  return { open: isSeen, at, shown, pick, press, input, leave, show: () => setOpen(true) };
}

/** An input with a list of proposals, by the pattern of the ARIA APG (editable combobox with list autocomplete). */
export function Combobox(props: ComboboxProps): VNode {
  const listId = useId();
  const { open, at, shown, ...on } = useCombobox(props);
  const { label, quietLabel, hint, error, placeholder, disabled, text, selected } = props;
  const list = html`<${OptionList}
    id=${listId}
    label=${label}
    shown=${shown}
    at=${at}
    selected=${selected}
    onPick=${on.pick}
  />`;
  return html`<${Field} label=${label} quietLabel=${quietLabel} hint=${hint} error=${error}>
    ${(ids: FieldIds) =>
      html`<div class="combobox">
        <input
          ...${ids}
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck=${false}
          aria-autocomplete="list"
          aria-expanded=${open ? "true" : "false"}
          aria-controls=${open ? listId : null}
          aria-activedescendant=${open && at >= 0 ? `${listId}-${at}` : null}
          placeholder=${placeholder}
          disabled=${disabled === true}
          value=${text}
          onInput=${on.input}
          onKeyDown=${on.press}
          onClick=${on.show}
          onBlur=${on.leave}
        />
        ${open ? list : null}
      </div>`}
  <//>`;
}
