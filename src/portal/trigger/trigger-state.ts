import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { usePortal } from "../shell/portal.ts";
import { Badge } from "../ui/badge.ts";
import type { BadgeKind } from "../ui/badge.ts";
import { DisabledReason } from "./disabled-reason.ts";

const kinds: Readonly<Record<Trigger["status"], BadgeKind>> = {
  active: "good",
  disabled: "neutral",
  "over-licence": "warning",
  suspended: "warning",
};

/** Whether a trigger fires, and all that is not well with it, in words. */
export function TriggerState({
  trigger,
  reason = false,
}: {
  readonly trigger: Trigger;
  /** Whether to say why it was switched off, where nothing else around says so. */
  readonly reason?: boolean;
}): VNode {
  const { t } = usePortal();
  const { status, endpoint, refused, disabledReason } = trigger;
  return html`<div class="badges">
    <${Badge} kind=${kinds[status]}>${t(`triggers.status.${status}`)}<//>
    ${
      endpoint === "ok"
        ? null
        : html`<${Badge} kind=${endpoint === "suspended" ? "bad" : "warning"}
            >${t(`triggers.endpoint.${endpoint}`)}<//
          >`
    }
    ${refused === null ? null : html`<${Badge} kind="bad">${t("triggers.refused.badge")}<//>`}
    ${disabledReason === null || !reason ? null : html`<p class="quiet-text"><${DisabledReason} reason=${disabledReason} /></p>`}
  </div>`;
}
