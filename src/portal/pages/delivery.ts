import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { DeliveryDetail } from "../../admin/contract/deliveries.ts";
import { usePortal } from "../shell/portal.ts";
import { failureText } from "../trigger/failure-text.ts";
import { Button } from "../ui/button.ts";
import { CopyButton } from "../ui/copy-button.ts";
import { ConfirmDialog } from "../ui/dialog.ts";
import { Loaded } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { StateBadge, reasonText } from "../ui/outcome.ts";
import { Page } from "../ui/page.ts";
import { ReplayFailure } from "../ui/replay-failure.ts";
import { Time } from "../ui/time.ts";
import { Attempts } from "./delivery/attempts.ts";
import { PayloadSection } from "./delivery/payload.ts";
import type { Follow } from "./delivery/follow.ts";
import { useDelivery } from "./delivery/use-delivery.ts";
import type { FollowedDelivery } from "./delivery/use-delivery.ts";

function Facts({ of }: { readonly of: DeliveryDetail }): VNode {
  const { t, href } = usePortal();
  const webhook =
    of.triggerName === null
      ? html`${t("deliveries.trigger-deleted")} <code>${of.triggerId}</code>`
      : html`<a href=${href(of.triggerId)}
          ><bdi>${of.triggerName === "" ? of.triggerId : of.triggerName}</bdi></a
        >`;
  return html`<dl class="facts">
    <div>
      <dt>${t("deliveries.column.state")}</dt>
      <dd><${StateBadge} state=${of.state} /></dd>
    </div>
    <div>
      <dt>${t("deliveries.column.trigger")}</dt>
      <dd>${webhook}</dd>
    </div>
    <div>
      <dt>${t("deliveries.column.call")}</dt>
      <dd>
        <a href=${href(`calls/${encodeURIComponent(of.cdrId)}`)}><bdi>${of.cdrId}</bdi></a>
      </dd>
    </div>
    <div>
      <dt><code>webhook-id</code></dt>
      <dd>
        <code class="id">${of.jobId}</code> <${CopyButton} text=${of.jobId} what="webhook-id" />
      </dd>
    </div>
    <div>
      <dt>${t("delivery.first")}</dt>
      <dd><${Time} at=${of.firstAt} /></dd>
    </div>
    <div>
      <dt>${t("delivery.last")}</dt>
      <dd><${Time} at=${of.lastAt} /></dd>
    </div>
  </dl>`;
}

/** What became of it, in a sentence. */
function Summary({ of }: { readonly of: DeliveryDetail }): VNode {
  const portal = usePortal();
  const { t, formats } = portal;
  const took = Date.parse(of.lastAt) - Date.parse(of.firstAt);
  const text = t(`delivery.summary.${of.state}`, {
    count: of.attempts,
    duration: formats.duration(Math.max(0, took)),
  });
  const why = of.state === "delivered" ? "" : ` ${reasonText(portal, of)}`;
  return html`<p class="lead">${text}${why}</p>`;
}

function FollowNotice({
  follow,
  of,
}: {
  readonly follow: Follow;
  readonly of: DeliveryDetail;
}): VNode | null {
  const { t } = usePortal();
  switch (follow.kind) {
    case "none":
      return null;
    case "sending":
      return html`<${Notice} kind="info" title=${t("delivery.follow.sending")}>
        <p>
          ${t(of.attemptList.length > follow.before ? "delivery.follow.failed-once" : "delivery.follow.waiting")}
        </p>
      <//>`;
    case "failed":
      return html`<${Notice} kind="error" title=${t("delivery.follow.not-sent")}>
        ${
          follow.error === null
            ? html`<p>${t("delivery.follow.unreadable")}</p>`
            : html`<p><${ReplayFailure} error=${follow.error} /></p>`
        }
      <//>`;
    case "lost":
      return html`<${Notice} kind="warning" title=${t("delivery.follow.lost")}>
        <p>${t("delivery.follow.lost-text")}</p>
      <//>`;
    case "ended": {
      const kind = of.state === "delivered" ? "success" : "warning";
      return html`<${Notice} kind=${kind} title=${t(`delivery.follow.${of.state}`)} />`;
    }
  }
  return follow satisfies never;
}

function Redeliver({ followed }: { readonly followed: FollowedDelivery }): VNode {
  const portal = usePortal();
  const { t, toast } = portal;
  const [asking, setAsking] = useState(false);
  async function send(): Promise<void> {
    setAsking(false);
    try {
      await followed.redeliver();
      toast(t("delivery.redeliver.asked"), "success");
    } catch (error) {
      toast(failureText(portal, error), "error");
    }
  }
  return html`<${Button}
      kind="primary"
      busy=${followed.follow.kind === "sending"}
      onClick=${() => setAsking(true)}
    >
      ${t("delivery.redeliver.button")}
    <//>
    ${
      asking
        ? html`<${ConfirmDialog}
            title=${t("delivery.redeliver.title")}
            confirm=${t("delivery.redeliver.button")}
            onConfirm=${send}
            onClose=${() => setAsking(false)}
          >
            <p>${t("delivery.redeliver.text")}</p>
          <//>`
        : null
    }`;
}

/** One delivery: what became of it, every attempt, and what it carries. */
export function DeliveryPage(): VNode {
  const { t, can, route } = usePortal();
  const followed = useDelivery(route.params["jobId"] ?? "");
  const { detail, follow } = followed;
  const mayResend = can("deliveries:redeliver") && detail.data !== null;
  const actions = mayResend ? html`<${Redeliver} followed=${followed} />` : null;
  return html`<${Page} title=${t("delivery.title")} actions=${actions}>
    <${Loaded} of=${detail}>
      ${(of: DeliveryDetail) =>
        html`<${Summary} of=${of} />
          <div aria-live="polite"><${FollowNotice} follow=${follow} of=${of} /></div>
          <${Facts} of=${of} />
          <${Attempts} of=${of} />
          <${PayloadSection} of=${of} />`}
    <//>
  <//>`;
}
