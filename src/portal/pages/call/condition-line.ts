import type { VNode } from "preact";
import { html } from "htm/preact";
import type { ConditionVerdict } from "../../../admin/contract/calls.ts";
import { usePortal } from "../../shell/portal.ts";
import type { FieldNames } from "../calls/use-fields.ts";

type Shown = ConditionVerdict["has"][number];

const mostShown = 5;

function Values({ of, more }: { readonly of: readonly string[]; readonly more: number }): VNode {
  const { t } = usePortal();
  return html`${of.map(
    (value, index) =>
      html`${index > 0 ? ", " : ""}<bdi class="value"
          >${value === "" ? t("call.empty-text") : value}</bdi
        >`,
  )}${more > 0 ? ` ${t("call.more-values", { count: more })}` : ""}`;
}

/** A few of the values, as people say them. */
function valuesOf(values: readonly Shown[], field: string, names: FieldNames): VNode {
  const shown = values.slice(0, mostShown).map((value) => names.value(field, String(value)));
  return html`<${Values} of=${shown} more=${values.length - shown.length} />`;
}

/** A condition in words: "The caller's number starts with +44". */
function ConditionWords({
  condition,
  names,
}: {
  readonly condition: ConditionVerdict["condition"];
  readonly names: FieldNames;
}): VNode {
  const { t } = usePortal();
  const { field, op, values, ignoreCase } = condition;
  return html`<span class="condition-words">
    <strong><bdi title=${field}>${names.name(field)}</bdi></strong> ${names.operator(field, op)}
    ${values.length > 0 ? html` ${valuesOf(values, field, names)}` : null}
    ${ignoreCase ? html` <span class="quiet-text">${t("call.ignore-case")}</span>` : null}
  </span>`;
}

function Has({
  verdict,
  names,
}: {
  readonly verdict: ConditionVerdict;
  readonly names: FieldNames;
}): VNode {
  const { t, rich } = usePortal();
  const { has, mismatch, condition } = verdict;
  if (mismatch && has.length === 0) return html`<span>${t("call.has-other-type")}</span>`;
  if (has.length === 0) return html`<span>${t("call.has-none")}</span>`;
  const values = valuesOf(has, condition.field, names);
  return html`<span>${rich(mismatch ? "call.has-mismatch" : "call.has", { values })}</span>`;
}

/** One condition and what the call has there, with whether it holds, and the way to change it. */
export function ConditionLine({
  verdict,
  names,
  edit,
}: {
  readonly verdict: ConditionVerdict;
  readonly names: FieldNames;
  /** Address of the page that edits it; null: whoever looks may not. */
  readonly edit: string | null;
}): VNode {
  const { t } = usePortal();
  const { holds } = verdict;
  return html`<li class=${holds ? "verdict holds" : "verdict fails"}>
    <span class="verdict-sign" aria-hidden="true">${holds ? "✓" : "✗"}</span>
    <span class="visually-hidden">${t(holds ? "call.holds" : "call.fails")} </span>
    <${ConditionWords} condition=${verdict.condition} names=${names} />
    <span class="verdict-has"> — <${Has} verdict=${verdict} names=${names} /></span>
    ${holds || edit === null ? null : html` <a href=${edit}>${t("call.edit-condition")}</a>`}
  </li>`;
}
