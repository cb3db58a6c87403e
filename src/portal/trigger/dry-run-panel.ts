import type { VNode } from "preact";
import { html } from "htm/preact";
import type { DryRun, Field } from "../../admin/contract/calls.ts";
import type { Load } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Loaded } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { Time } from "../ui/time.ts";
import { callText } from "./call-choice.ts";
import type { Draft } from "./draft.ts";
import type { Condition } from "../../admin/contract/triggers.ts";
import { conditionText } from "./fields.ts";
import type { DryRunOf } from "./live.ts";

/** What the draft does, in a sentence. */
export function Summary({
  draft,
  fields,
}: {
  readonly draft: Draft;
  readonly fields: readonly Field[];
}): VNode {
  const portal = usePortal();
  const { t } = portal;
  const named = draft.filters.filter(({ field }) => field !== "");
  const host = URL.parse(draft.url)?.host ?? t("editor.summary.no-host");
  const sends = t("editor.summary.sends", { method: draft.method, host });
  if (named.length === 0)
    return html`<p class="summary">${t("editor.summary.every-call")} ${sends}</p>`;
  return html`<div class="summary">
    <p>${t("editor.summary.when", { count: named.length })}</p>
    <ul>
      ${named.map((condition) => html`<li key=${condition.id}><bdi>${conditionText(portal, fields, condition)}</bdi></li>`)}
    </ul>
    <p>${sends}</p>
  </div>`;
}

interface RunProps {
  readonly dryRun: DryRun;
  readonly leftOut: number;
}

function Examples({ dryRun }: Pick<RunProps, "dryRun">): VNode | null {
  const portal = usePortal();
  const { t, href } = portal;
  if (dryRun.firedFor.length === 0) return null;
  return html`<div>
    <h3>${t("editor.dry-run.examples")}</h3>
    <ul class="examples">
      ${dryRun.firedFor.map(
        (call) =>
          html`<li key=${call.cdrId}>
            <a href=${href(`calls/${encodeURIComponent(call.cdrId)}`)}
              ><bdi>${callText(portal, call)}</bdi></a
            >
          </li>`,
      )}
    </ul>
  </div>`;
}

function Share({ dryRun, leftOut }: RunProps): VNode {
  const { t, formats } = usePortal();
  const { fired, calls, oldestAt } = dryRun;
  if (calls === 0) return html`<p class="quiet-text">${t("editor.dry-run.no-calls")}</p>`;
  return html`<p class="fired">
      <strong>${t("editor.dry-run.fired", { fired: formats.number(fired), count: calls })}</strong>
    </p>
    <meter min="0" max=${calls} value=${fired} aria-label=${t("editor.dry-run.title")}></meter>
    ${oldestAt === null ? null : html`<p class="quiet-text">${t("editor.dry-run.since")} <${Time} at=${oldestAt} /></p>`}
    ${leftOut === 0 ? null : html`<p class="quiet-text">${t("editor.dry-run.left-out", { count: leftOut })}</p>`}`;
}

/** Says that it may not be tried, for which conditions, and what can be. */
function Refused({
  masked,
  fields,
}: {
  readonly masked: readonly Condition[];
  readonly fields: readonly Field[];
}): VNode {
  const portal = usePortal();
  const { t } = portal;
  return html`<${Notice} title=${t("editor.dry-run.refused")}>
    <p>${t("editor.dry-run.masked", { count: masked.length })}</p>
    <ul>
      ${masked.map((condition) => html`<li><bdi>${conditionText(portal, fields, condition)}</bdi></li>`)}
    </ul>
    <p>${t("editor.dry-run.instead")}</p>
  <//>`;
}

/** For which of the recent calls the draft would have fired. */
export function DryRunPanel({
  run,
  isCurrent,
  draft,
  fields,
}: {
  /** Null: nothing is known, and the page tells why. */
  readonly run: Load<DryRunOf> | null;
  /** Whether what is known is about the draft as it is. */
  readonly isCurrent: boolean;
  readonly draft: Draft;
  readonly fields: readonly Field[];
}): VNode {
  const { t, can } = usePortal();
  const shown = can("calls:read") ? run : null;
  const busy = shown !== null && shown.error === null && !isCurrent;
  return html`<section
    class="card"
    aria-labelledby="dry-run-title"
    aria-busy=${busy ? "true" : null}
  >
    <h2 id="dry-run-title">${t("editor.dry-run.title")}</h2>
    <${Summary} draft=${draft} fields=${fields} />
    ${
      shown !== null
        ? html`<${Loaded} of=${shown}>
            ${({ dryRun, masked, leftOut }: DryRunOf) =>
              dryRun === null
                ? html`<div aria-live="polite">
                    <${Refused} masked=${masked} fields=${fields} />
                  </div>`
                : html`<div aria-live="polite" class="dry-run">
                      <${Share} dryRun=${dryRun} leftOut=${leftOut} />
                    </div>
                    <${Examples} dryRun=${dryRun} />`}
          <//>`
        : null
    }
  </section>`;
}
