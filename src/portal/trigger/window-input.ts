import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { TextField } from "../ui/field.ts";
import { focusAfterRemoval } from "../ui/focus.ts";
import { businessHours, readWindow, writeWindow } from "./week-window.ts";
import type { WeekWindow } from "./week-window.ts";

interface WindowProps {
  readonly label: string;
  readonly window: WeekWindow;
  readonly disabled: boolean;
  readonly onChange: (window: WeekWindow) => void;
  readonly onRemove: (() => void) | null;
}

function Remove({
  disabled,
  onRemove,
}: {
  readonly disabled: boolean;
  readonly onRemove: () => void;
}): VNode {
  const { t } = usePortal();
  return html`<${Button} kind="quiet" disabled=${disabled} onClick=${onRemove}
    >${t("editor.window.remove")}<//
  >`;
}

function OneWindow({ label, window, disabled, onChange, onRemove }: WindowProps): VNode {
  const { t, formats } = usePortal();
  const { days, from, to } = window;
  const isOvernight = from !== "" && to !== "" && to <= from && to !== "00:00";
  const set = (day: number): void =>
    onChange({ ...window, days: days.map((on, index) => (index === day ? !on : on)) });
  return html`<fieldset class="window">
    <legend class="visually-hidden">${label}</legend>
    <div class="days">
      ${formats.weekdays().map(
        (name, day) =>
          html`<label key=${name} class="day-box">
            <input
              type="checkbox"
              checked=${days[day] === true}
              disabled=${disabled}
              onChange=${() => set(day)}
            />
            <span>${name}</span>
          </label>`,
      )}
    </div>
    <div class="hours">
      <${TextField}
        type="time"
        label=${t("editor.window.from")}
        value=${from}
        disabled=${disabled}
        onInput=${(value: string) => onChange({ ...window, from: value })}
      />
      <${TextField}
        type="time"
        label=${t("editor.window.to")}
        value=${to === "24:00" ? "00:00" : to}
        disabled=${disabled}
        onInput=${(value: string) => onChange({ ...window, to: value })}
      />
      ${onRemove === null ? null : html`<${Remove} disabled=${disabled} onRemove=${onRemove} />`}
    </div>
    ${isOvernight ? html`<p class="hint">${t("editor.window.overnight")}</p>` : null}
  </fieldset>`;
}

/** Hours of the week, by the clock of the call. What is no window that can be shown stays as it is written. */
export function WindowInput({
  values,
  disabled,
  error,
  onChange,
}: {
  readonly values: readonly string[];
  readonly disabled: boolean;
  readonly error: string | null;
  readonly onChange: (values: readonly string[]) => void;
}): VNode {
  const { t } = usePortal();
  const replace = (index: number, value: string): void =>
    onChange(values.map((other, at) => (at === index ? value : other)));
  const root = useRef<HTMLDivElement>(null);
  function remove(index: number): void {
    onChange(values.filter((_, at) => at !== index));
    focusAfterRemoval(root.current, index, ":scope > .window, :scope > .hours", ".actions button");
  }
  return html`<div class="windows" ref=${root}>
    ${values.map((value, index) => {
      const window = readWindow(value);
      if (window === null)
        return html`<div key=${index} class="hours">
          <code>${value}</code> <${Remove} disabled=${disabled} onRemove=${() => remove(index)} />
        </div>`;
      return html`<${OneWindow}
        key=${index}
        label=${t("editor.window.label", { number: index + 1 })}
        window=${window}
        disabled=${disabled}
        onChange=${(next: WeekWindow) => replace(index, writeWindow(next))}
        onRemove=${values.length === 1 ? null : () => remove(index)}
      />`;
    })}
    ${error === null ? null : html`<div class="error">${error}</div>`}
    <div class="actions">
      <${Button}
        kind="quiet"
        disabled=${disabled}
        onClick=${() => onChange([...values, businessHours])}
      >
        ${t("editor.window.add")}
      <//>
    </div>
    <p class="hint">${t("editor.window.hint")}</p>
  </div>`;
}
