import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { TextField } from "../ui/field.ts";
import { focusAfterRemoval } from "../ui/focus.ts";
import { newId } from "./draft.ts";
import type { Pair } from "./draft.ts";
import { SecretField } from "./secret-field.ts";

interface RowProps {
  readonly pair: Pair;
  readonly nameLabel: string;
  readonly valueLabel: string;
  readonly disabled: boolean;
  readonly problem: string | null;
  readonly valueProblem: string | null;
  /** The values are masked once they are saved. */
  readonly secret: boolean;
  readonly onChange: (pair: Pair) => void;
  readonly onRemove: () => void;
}

function PairRow(props: RowProps): VNode {
  const { t } = usePortal();
  const { pair, nameLabel, valueLabel, disabled, problem, onChange, onRemove } = props;
  const ValueField = props.secret ? SecretField : TextField;
  return html`<div class="pair">
    <${TextField}
      label=${nameLabel}
      quietLabel
      placeholder=${nameLabel}
      value=${pair.name}
      disabled=${disabled}
      error=${problem}
      onInput=${(name: string) => onChange({ ...pair, name })}
    />
    <${ValueField}
      label=${valueLabel}
      quietLabel
      placeholder=${valueLabel}
      value=${pair.value}
      disabled=${disabled}
      error=${props.valueProblem}
      onInput=${(value: string) => onChange({ ...pair, value })}
    />
    ${
      disabled
        ? null
        : html`<${Button}
            kind="quiet"
            label=${t("editor.remove-pair", { name: pair.name })}
            onClick=${onRemove}
          >
            ${t("editor.remove")}
          <//>`
    }
  </div>`;
}

/** Rows of name and value. */
export function Pairs({
  pairs,
  disabled,
  addLabel,
  nameLabel,
  valueLabel,
  problemOf,
  valueProblemOf,
  secret = false,
  onChange,
}: {
  readonly pairs: readonly Pair[];
  readonly disabled: boolean;
  readonly addLabel: string;
  readonly nameLabel: string;
  readonly valueLabel: string;
  readonly problemOf: (pair: Pair) => string | null;
  readonly valueProblemOf?: (pair: Pair) => string | null;
  /** The values are masked once they are saved. */
  readonly secret?: boolean;
  readonly onChange: (pairs: readonly Pair[]) => void;
}): VNode {
  const add = (): void => onChange([...pairs, { id: newId(), name: "", value: "" }]);
  const root = useRef<HTMLDivElement>(null);
  function remove(index: number): void {
    onChange(pairs.filter((_, at) => at !== index));
    focusAfterRemoval(root.current, index, ".pair", ".actions button");
  }
  return html`<div class="pairs" ref=${root}>
    ${pairs.map(
      (pair, index) =>
        html`<${PairRow}
          key=${pair.id}
          pair=${pair}
          nameLabel=${nameLabel}
          valueLabel=${valueLabel}
          disabled=${disabled}
          problem=${problemOf(pair)}
          valueProblem=${valueProblemOf?.(pair) ?? null}
          secret=${secret}
          onChange=${(next: Pair) =>
            onChange(pairs.map((other) => (other.id === next.id ? next : other)))}
          onRemove=${() => remove(index)}
        />`,
    )}
    ${
      disabled
        ? null
        : html`<div class="actions"><${Button} kind="quiet" onClick=${add}>${addLabel}<//></div>`
    }
  </div>`;
}
