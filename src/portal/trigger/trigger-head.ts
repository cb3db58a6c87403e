import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { usePortal } from "../shell/portal.ts";
import { Notice } from "../ui/notice.ts";
import { DisabledReason } from "./disabled-reason.ts";
import { problemText } from "./problem-text.ts";
import { TriggerState } from "./trigger-state.ts";

function Refused({ refused }: { readonly refused: NonNullable<Trigger["refused"]> }): VNode {
  const portal = usePortal();
  const { t } = portal;
  return html`<${Notice} kind="error" title=${t("trigger.refused.title")}>
    <p>${t("trigger.refused.text")}</p>
    <ul>
      ${refused.problems.map(
        (problem, index) =>
          html`<li key=${index}><code>${problem.path}</code> ${problemText(portal, problem)}</li>`,
      )}
    </ul>
  <//>`;
}

/** How a trigger stands: its state, and what to know where that is not well. */
export function TriggerHead({ trigger }: { readonly trigger: Trigger }): VNode {
  const { t } = usePortal();
  const { status, disabledReason, endpoint, refused } = trigger;
  return html`<${TriggerState} trigger=${trigger} /> ${
      disabledReason === null
        ? null
        : html`<${Notice} kind="warning" title=${t("trigger.disabled.title")}
            ><p><${DisabledReason} reason=${disabledReason} /></p
          ><//>`
    }
    ${
      status === "over-licence"
        ? html`<${Notice} kind="warning" title=${t("trigger.over-licence.title")}
            ><p>${t("trigger.over-licence.text")}</p><//
          >`
        : null
    }
    ${
      endpoint === "suspended"
        ? html`<${Notice} kind="warning" title=${t("trigger.endpoint.title")}
            ><p>${t("trigger.endpoint.text")}</p><//
          >`
        : null
    }
    ${refused === null ? null : html`<${Refused} refused=${refused} />`}`;
}
