import type { VNode } from "preact";
import { html } from "htm/preact";
import type { DeliveryDetail } from "../../../admin/contract/deliveries.ts";
import { useNow } from "../../shell/poll.ts";
import { usePortal } from "../../shell/portal.ts";
import { OutcomeBadge, reasonText } from "../../ui/outcome.ts";
import { Time } from "../../ui/time.ts";
import { timelineOf } from "./timeline.ts";
import type { TimelineEntry } from "./timeline.ts";

/** How long it took, as a bar beside its number: which attempt was slow is seen at once. */
function Duration({ ms, share }: { readonly ms: number; readonly share: number }): VNode {
  const { formats } = usePortal();
  const width = Math.max(1, Math.round(share * 100));
  return html`<span class="duration">
    <svg class="duration-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width="100" height="6" />
      <rect class="filled" width=${width} height="6" />
    </svg>
    <span>${formats.duration(ms)}</span>
  </span>`;
}

function Entry({ entry }: { readonly entry: TimelineEntry }): VNode {
  const portal = usePortal();
  const { t, formats } = portal;
  const { attempt, waitedMs, anew, share } = entry;
  const wait =
    waitedMs === null ? null : t("delivery.waited", { duration: formats.duration(waitedMs) });
  return html`<li class=${`attempt ${attempt.outcome}`}>
    ${anew ? html`<p class="attempt-anew">${t("delivery.anew")}</p>` : null}
    ${wait === null ? null : html`<p class="attempt-wait">${wait}</p>`}
    <div class="attempt-head">
      <strong>${t("delivery.attempt", { number: attempt.attempt })}</strong>
      <${OutcomeBadge} outcome=${attempt.outcome} />
      <${Time} at=${attempt.at} />
    </div>
    <p>${reasonText(portal, attempt)}</p>
    ${
      attempt.error === null
        ? null
        : html`<p class="quiet-text" lang="en"><code>${attempt.error}</code></p>`
    }
    <dl class="facts inline">
      <div>
        <dt>${t("delivery.duration")}</dt>
        <dd><${Duration} ms=${attempt.durationMs} share=${share} /></dd>
      </div>
      ${
        attempt.status === null
          ? null
          : html`<div>
              <dt>${t("delivery.status")}</dt>
              <dd>${attempt.status}</dd>
            </div>`
      }
      ${
        attempt.host === null
          ? null
          : html`<div>
              <dt>${t("delivery.host")}</dt>
              <dd>${attempt.method ?? ""} <bdi>${attempt.host}</bdi></dd>
            </div>`
      }
    </dl>
  </li>`;
}

/** When the next attempt is due, by the second. Not read out as it counts. */
function NextAttempt({ at }: { readonly at: string }): VNode {
  const { t, formats, rich } = usePortal();
  const now = useNow(true);
  const due = Date.parse(at) <= now;
  return html`<li class="attempt next">
    <div class="attempt-head">
      <strong>${t("delivery.next")}</strong>
      <span aria-hidden="true">${due ? t("delivery.due") : formats.relative(at, now)}</span>
    </div>
    <p>${rich("delivery.next-at", { time: html`<${Time} at=${at} />` })}</p>
  </li>`;
}

/** Every attempt, in their order, and the one to come. */
export function Attempts({ of }: { readonly of: DeliveryDetail }): VNode {
  const { t } = usePortal();
  return html`<section>
    <h2>${t("delivery.attempts")}</h2>
    <ol class="timeline">
      ${timelineOf(of.attemptList).map(
        (entry, index) => html`<${Entry} key=${index} entry=${entry} />`,
      )}
      ${
        of.state === "retrying" && of.nextAttemptAt !== null
          ? html`<${NextAttempt} key="next" at=${of.nextAttemptAt} />`
          : null
      }
    </ol>
  </section>`;
}
