import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CallStory } from "../../admin/contract/calls.ts";
import { ApiError } from "../api/problem.ts";
import { useLoad } from "../shell/load.ts";
import { usePoll } from "../shell/poll.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { SelectField } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
import { Page } from "../ui/page.ts";
import { RevealButton } from "../ui/reveal.ts";
import { CallSection } from "./call/call-section.ts";
import { CallNotFound } from "./call/not-found.ts";
import { inOrder, isOpen, isRecent, storyFilters, summaryOf } from "./call/story-summary.ts";
import type { StoryFilter } from "./call/story-summary.ts";
import { DeliveryLine, TriggerCard } from "./call/trigger-card.ts";
import { useFieldNames } from "./calls/use-fields.ts";
import type { FieldNames } from "./calls/use-fields.ts";

const pollMs = 5000;
/** So many webhooks are shown with all their conditions; of more, each is opened by whoever wants to know. */
const mostOpen = 20;

/** "3 of 12 webhooks fired: 2 delivered and 1 not delivered." */
function summaryText({ t, formats }: Portal, story: CallStory): string {
  const summary = summaryOf(story, isRecent(story, Date.now()));
  if (summary.all === 0) return t("call.summary.no-triggers");
  const parts = (["delivered", "retrying", "dead", "cancelled", "pending"] as const)
    .filter((state) => summary[state] > 0)
    .map((state) => t(`call.summary.${state}`, { count: summary[state] }));
  const besides = (["hindered", "unknown"] as const)
    .filter((kind) => summary[kind] > 0)
    .map((kind) => ` ${t(`call.summary.${kind}`, { count: summary[kind] })}`);
  const [key, count] =
    parts.length > 0
      ? (["call.summary.fired", summary.fired] as const)
      : (["call.summary.none", summary.all] as const);
  return t(key, { count, all: summary.all, parts: formats.allOf(parts) }) + besides.join("");
}

function Triggers({ of, names }: { readonly of: CallStory; readonly names: FieldNames }): VNode {
  const { t } = usePortal();
  const [filter, setFilter] = useState<StoryFilter>("all");
  const recent = isRecent(of, Date.now());
  const shown = inOrder(of.triggers, filter, recent);
  return html`<section>
    <h2>${t("call.triggers")}</h2>
    <div class="narrow">
      <${SelectField}
        label=${t("call.filter.label")}
        value=${filter}
        choices=${storyFilters.map((value) => ({ value, label: t(`call.filter.${value}`) }))}
        onChange=${(value: StoryFilter) => setFilter(value)}
      />
    </div>
    ${
      shown.length === 0
        ? html`<${EmptyState} title=${t("call.none-shown")} />`
        : shown.map(
            (trigger) =>
              html`<${TriggerCard}
                key=${trigger.triggerId}
                of=${trigger}
                names=${names}
                recent=${recent}
                open=${of.triggers.length <= mostOpen}
              />`,
          )
    }
  </section>`;
}

function Others({ of }: { readonly of: CallStory }): VNode | null {
  const { t } = usePortal();
  if (of.otherDeliveries.length === 0) return null;
  return html`<section>
    <h2>${t("call.others")}</h2>
    ${of.otherDeliveries.map((delivery) => html`<${DeliveryLine} key=${delivery.jobId} of=${delivery} />`)}
  </section>`;
}

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly reveal: boolean;
}

/** The story, and anew for as long as something of it is not at its end. What is revealed is read once: each look is logged. */
function useStory(cdrId: string, asked: Asked) {
  const { api, tenantId } = usePortal();
  const read = async (signal?: AbortSignal): Promise<CallStory> => {
    const query = {
      from: asked.from,
      to: asked.to,
      reveal: asked.reveal ? ("true" as const) : ("false" as const),
    };
    const known = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
    return (
      await api.call("readCall", { params: { cdrId }, query: known, ...(signal && { signal }) })
    ).body;
  };
  const story = useLoad(read, [cdrId, tenantId, asked.from, asked.to, asked.reveal]);
  const open = story.data !== null && isOpen(story.data, Date.now());
  usePoll(story.reload, pollMs, open && !asked.reveal);
  return story;
}

/** Everything that happened to one call: each webhook of the tenant, fired or not, and why. */
export function CallPage(): VNode {
  const portal = usePortal();
  const { t, route, go, href } = portal;
  const cdrId = route.params["cdrId"] ?? "";
  const [reveal, setReveal] = useState(false);
  const names = useFieldNames();
  const [from, to] = [route.query.get("from") ?? "", route.query.get("to") ?? ""];
  const story = useStory(cdrId, { from, to, reveal });
  const missing = story.error instanceof ApiError && story.error.status === 404;
  const search = (from: string, to: string): void => void go(href(route.path, { from, to }));
  const actions = missing
    ? undefined
    : html`<${RevealButton}
        shown=${reveal}
        onReveal=${() => setReveal(true)}
        onHide=${() => setReveal(false)}
      />`;
  return html`<${Page} title=${t("call.title")} actions=${actions}>
    ${
      missing
        ? html`<${CallNotFound} onSearch=${search} />`
        : html`<${Loaded} of=${story}>
            ${(of: CallStory) =>
              html`<p class="lead">${summaryText(portal, of)}</p>
                <${CallSection} call=${of.call} names=${names} />
                <${Triggers} of=${of} names=${names} />
                <${Others} of=${of} />`}
          <//>`
    }
  <//>`;
}
