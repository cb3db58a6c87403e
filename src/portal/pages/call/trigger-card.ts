import type { VNode } from "preact";
import { html } from "htm/preact";
import type { TriggerStory } from "../../../admin/contract/calls.ts";
import type { Delivery } from "../../../admin/contract/deliveries.ts";
import { usePortal } from "../../shell/portal.ts";
import { DisabledReason } from "../../trigger/disabled-reason.ts";
import { problemText } from "../../trigger/problem-text.ts";
import { Badge } from "../../ui/badge.ts";
import { StateBadge, reasonText } from "../../ui/outcome.ts";
import { Time } from "../../ui/time.ts";
import type { FieldNames } from "../calls/use-fields.ts";
import { ConditionLine } from "./condition-line.ts";
import { missOf, standingOf } from "./story-summary.ts";
import type { Standing } from "./story-summary.ts";

/** What was delivered, in a line. */
export function DeliveryLine({ of }: { readonly of: Delivery }): VNode {
  const portal = usePortal();
  const { t, href, formats } = portal;
  const facts = [
    t("call.delivery.attempts", { count: of.attempts }),
    t("call.delivery.took", { duration: formats.duration(of.durationMs) }),
  ];
  return html`<p class="story-delivery">
    <${StateBadge} state=${of.state} />${" "}
    <a href=${href(`deliveries/${of.jobId}`)}>${t("call.delivery.open")}</a>
    <span class="quiet-text"> <${Time} at=${of.lastAt} /> · ${facts.join(" · ")}</span>
    ${of.state === "delivered" ? null : html`<br />${reasonText(portal, of)}`}
  </p>`;
}

/** In a sentence, why it did not fire, or what is to be known of it firing. */
function Verdict({
  of,
  standing,
}: {
  readonly of: TriggerStory;
  readonly standing: Standing;
}): VNode | null {
  const { t } = usePortal();
  if (standing === "unknown") return html`<p>${t("call.unknown")}</p>`;
  if (standing === "fired") {
    if (of.delivery === null) return html`<p>${t("call.pending")}</p>`;
    return of.fires ? null : html`<p class="quiet-text">${t("call.would-not-now")}</p>`;
  }
  const miss = missOf(of);
  if (miss === null) return null;
  if (miss.kind === "conditions") {
    const key = miss.of === 1 ? "call.miss.only" : "call.miss.conditions";
    return html`<p>${t(key, { count: miss.failed, all: miss.of })}</p>`;
  }
  return html`<p>${t("call.miss.obstacle")}</p>`;
}

/** What is to be known of an obstacle besides its kind. */
function ObstacleDetail({ of }: { readonly of: TriggerStory["obstacles"][number] }): VNode | null {
  const portal = usePortal();
  const { disabledReason, createdAt, problems } = of;
  if (disabledReason !== null)
    return html` <span class="quiet-text"><${DisabledReason} reason=${disabledReason} /></span>`;
  if (createdAt !== null) {
    const time = html`<${Time} at=${createdAt} />`;
    return html` <span class="quiet-text"
      >${portal.rich("call.obstacle.created-at", { time })}</span
    >`;
  }
  if (problems.length === 0) return null;
  return html`<ul>
    ${problems.map(
      (problem, index) =>
        html`<li key=${index}><code>${problem.path}</code> ${problemText(portal, problem)}</li>`,
    )}
  </ul>`;
}

/** All that is in the way besides conditions. */
function Obstacles({ of }: { readonly of: TriggerStory }): VNode | null {
  const { t, has } = usePortal();
  if (of.obstacles.length === 0) return null;
  return html`<ul class="verdicts">
    ${of.obstacles.map((obstacle) => {
      const { kind, blocks, text } = obstacle;
      const key = `call.obstacle.${kind}`;
      return html`<li key=${kind} class=${blocks ? "verdict fails" : "verdict note"}>
        <span class="verdict-sign" aria-hidden="true">${blocks ? "✗" : "!"}</span>
        ${has(key) ? html`<span>${t(key)}</span>` : html`<span lang="en">${text}</span>`}
        <${ObstacleDetail} of=${obstacle} />
      </li>`;
    })}
  </ul>`;
}

const badges = {
  fired: "call.fired",
  unknown: "call.not-known",
  missed: "call.not-fired",
} as const satisfies Record<Standing, string>;

/** One webhook in the story of a call: fired or not, condition by condition, and what came of it. */
export function TriggerCard({
  of,
  names,
  recent,
  open,
}: {
  readonly of: TriggerStory;
  readonly names: FieldNames;
  /** Of the call: what it has fired may still be on its way. */
  readonly recent: boolean;
  readonly open: boolean;
}): VNode {
  const { t, href, can } = usePortal();
  const standing = standingOf(of, recent);
  const hasFired = standing === "fired";
  const name = of.name === "" ? of.triggerId : of.name;
  return html`<article class=${hasFired ? "story-trigger fired" : "story-trigger"}>
    <h3>
      <a href=${href(of.triggerId)}><bdi>${name}</bdi></a>
      <${Badge} kind=${hasFired ? "good" : "neutral"}>${t(badges[standing])}<//>
      ${of.endpoint === "ok" ? null : html`<${Badge} kind="warning">${t(`call.endpoint.${of.endpoint}`)}<//>`}
    </h3>
    <${Verdict} of=${of} standing=${standing} />
    ${of.delivery === null ? null : html`<${DeliveryLine} of=${of.delivery} />`}
    <${Obstacles} of=${of} />
    ${
      of.conditions.length === 0
        ? html`<p class="quiet-text">${t("call.no-conditions")}</p>`
        : html`<details open=${open}>
            <summary>${t("call.conditions", { count: of.conditions.length })}</summary>
            <ul class="verdicts">
              ${of.conditions.map(
                (verdict, index) =>
                  html`<${ConditionLine}
                    key=${index}
                    verdict=${verdict}
                    names=${names}
                    edit=${can("triggers:write") ? href(of.triggerId, { condition: String(index + 1) }) : null}
                  />`,
              )}
            </ul>
          </details>`
    }
  </article>`;
}
