import type { RefObject, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "htm/preact";
import type { DryRun, Field } from "../../admin/contract/calls.ts";
import type { Problem } from "../../admin/contract/shapes.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { focusAfterRemoval, focusNext } from "../ui/focus.ts";
import { ConditionControls, ConditionRow } from "./condition-row.ts";
import type { ConditionProblems } from "./condition-row.ts";
import { newId } from "./draft.ts";
import type { ConditionDraft } from "./draft.ts";
import { problemAt } from "./problem-text.ts";

/** What a condition does to the recent calls, by its place among them. */
export type ConditionCounts = ReadonlyMap<number, DryRun["conditions"][number]>;

function Excluded({
  counts,
}: {
  readonly counts: DryRun["conditions"][number] | undefined;
}): VNode | null {
  const { t } = usePortal();
  if (counts === undefined || counts.failed === 0) return null;
  const alone =
    counts.failedAlone === 0 ? "" : ` ${t("editor.excludes-alone", { count: counts.failedAlone })}`;
  const other =
    counts.mismatched === 0 ? "" : ` ${t("editor.mismatched", { count: counts.mismatched })}`;
  return html`<p class="hint">
    ${t("editor.excludes", { count: counts.failed })}${alone}${other}
  </p>`;
}

interface BuilderProps {
  readonly filters: readonly ConditionDraft[];
  readonly fields: readonly Field[];
  readonly problems: readonly Problem[];
  readonly counts: ConditionCounts;
  readonly disabled: boolean;
  readonly onChange: (filters: readonly ConditionDraft[]) => void;
}

/** The control that a condition was moved by, or the other where it can be moved no further. */
function moveControl(root: HTMLElement | null, index: number, by: -1 | 1): HTMLElement | undefined {
  const row = root?.querySelectorAll(".conditions > li")[index];
  const [up, down] = row?.querySelectorAll<HTMLButtonElement>(".condition-controls button") ?? [];
  const [used, other] = by === -1 ? [up, down] : [down, up];
  return used?.disabled === true ? other : used;
}

/** What can be done with the conditions, and is told of it. */
function useConditions(
  { filters, onChange }: BuilderProps,
  element: RefObject<HTMLDivElement | null>,
) {
  const { t, announce } = usePortal();
  return {
    replace: (next: ConditionDraft): void =>
      onChange(filters.map((other) => (other.id === next.id ? next : other))),
    move(index: number, by: -1 | 1): void {
      const next = [...filters];
      next.splice(index + by, 0, ...next.splice(index, 1));
      onChange(next);
      announce(t("editor.moved", { number: index + by + 1 }));
      focusNext(() => moveControl(element.current, index + by, by));
    },
    remove(index: number): void {
      onChange(filters.filter((_, at) => at !== index));
      announce(t("editor.condition-removed", { number: index + 1 }));
      focusAfterRemoval(element.current, index, ".conditions > li", ":scope > .actions button");
    },
    add(): void {
      const condition = {
        id: newId(),
        field: "",
        op: "eq" as const,
        values: [],
        ignoreCase: false,
      };
      onChange([...filters, condition]);
      focusNext(() =>
        element.current?.querySelector<HTMLElement>(".conditions > li:last-child input"),
      );
    },
  };
}

/** A link may lead to one of the conditions: the story of a call does. */
function useAskedCondition(): void {
  const { route } = usePortal();
  useEffect(() => {
    const asked = Number(route.query.get("condition"));
    if (!Number.isInteger(asked) || asked < 1) return;
    const row = document.querySelector(`.conditions > li:nth-child(${asked})`);
    row?.scrollIntoView({ block: "center" });
    row?.querySelector("input")?.focus({ preventScroll: true });
  }, []);
}

/** Which calls the trigger fires for: conditions, all of which must hold. */
export function FilterBuilder(props: BuilderProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { filters, fields, problems, counts, disabled } = props;
  const root = useRef<HTMLDivElement>(null);
  const conditions = useConditions(props, root);
  useAskedCondition();
  const problemsOf = (index: number): ConditionProblems => {
    const at = (part: string) => problemAt(portal, problems, `filters[${index}].${part}`);
    return { field: at("field"), op: at("op"), values: at("values"), ignoreCase: at("ignoreCase") };
  };
  const row = (condition: ConditionDraft, index: number): VNode =>
    html`<li key=${condition.id}>
      <div
        class="condition-box"
        role="group"
        aria-label=${t("editor.condition", { number: index + 1 })}
      >
        <${ConditionRow}
          condition=${condition}
          fields=${fields}
          disabled=${disabled}
          problems=${problemsOf(index)}
          onChange=${conditions.replace}
        />
        <div class="condition-foot">
          <${Excluded} counts=${counts.get(index)} />
          ${
            disabled
              ? null
              : html`<${ConditionControls}
                  number=${index + 1}
                  count=${filters.length}
                  onMove=${(by: -1 | 1) => conditions.move(index, by)}
                  onRemove=${() => conditions.remove(index)}
                />`
          }
        </div>
      </div>
    </li>`;
  return html`<div class="filter-builder" ref=${root}>
    ${
      filters.length === 0
        ? html`<p class="quiet-text">${t("editor.no-conditions")}</p>`
        : html`<ol class="conditions">
            ${filters.map(row)}
          </ol>`
    }
    ${
      disabled
        ? null
        : html`<div class="actions">
            <${Button} onClick=${() => conditions.add()}>${t("editor.add-condition")}<//>
          </div>`
    }
  </div>`;
}
