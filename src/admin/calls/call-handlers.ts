import { activeForms, explainedBy, explanationOf, fires } from "../../explaining/explanation.ts";
import type { CallExplanation } from "../../explaining/explanation.ts";
import { summaryOf } from "../../explaining/call-summary.ts";
import type { FoundCall } from "../../explaining/find-calls.ts";
import { shownValue } from "../../explaining/masked-values.ts";
import type { Delivery } from "../../history/history.ts";
import { cutPage, readCursor } from "../../history/page-cursor.ts";
import type { CallPlace } from "../../history/recent-calls.ts";
import { inSlices } from "../../runtime/slices.ts";
import type { CallSummary, TriggerStory } from "../contract/calls.ts";
import type { Handler } from "../contract/handlers.ts";
import { shownDelivery } from "./delivery-shown.ts";
import { shownObstacle } from "./obstacle-shown.ts";
import type { CallParts } from "./parts.ts";
import { eachRecent } from "./recent.ts";
import { reveals } from "./reveal.ts";

type Place = readonly [timestamp: number, partition: number, offset: number];

const placeOf = ({ timestamp, partition, offset }: CallPlace): Place => [
  timestamp,
  partition,
  offset,
];

/** Before all calls, whatever time they claim to have come at. */
const first: Place = [Infinity, Infinity, Infinity];

/** The tenant's recent calls, the newest first. Rejects with CURSOR_INVALID. */
export function listCalls(
  parts: Pick<CallParts, "recentCalls" | "schemas" | "writer">,
): Handler<"listCalls"> {
  return async ({ params: { tenantId }, query: { cursor, limit, reveal } }, context) => {
    const list = ["calls", tenantId];
    const [timestamp, partition, offset] = readCursor(list, cursor, first);
    const isClear = await reveals(reveal, { tenantId, subject: null }, parts.writer, context);
    const before = { timestamp, partition, offset };
    const found = parts.recentCalls.newest(tenantId, limit + 1, before);
    const { items: page, nextCursor } = cutPage(list, found, limit, placeOf);
    const items: CallSummary[] = [];
    const take = (call: FoundCall): void => void items.push(summaryOf(call, isClear));
    await eachRecent(page, null, parts.schemas, take, context.signal);
    return { body: { items, nextCursor } };
  };
}

/** A call makes one delivery of each trigger, of which a tenant has some thousands at most. */
const mostPages = 50;

async function deliveriesOf(
  { history }: Pick<CallParts, "history">,
  tenantId: string,
  cdrId: string,
): Promise<Map<string, Delivery>> {
  const found = new Map<string, Delivery>();
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { tenantId, cdrId, limit: 200, ...(cursor !== null && { cursor }) };
    const { items, nextCursor } = await history.deliveries(asked);
    for (const each of items) if (!found.has(each.triggerId)) found.set(each.triggerId, each);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return found;
}

function storyOf(
  explanation: CallExplanation,
  delivery: Delivery | undefined,
  parts: Pick<CallParts, "triggers" | "endpoints">,
  isClear: boolean,
): TriggerStory {
  const { trigger, verdicts, obstacles } = explanation;
  return {
    triggerId: trigger.triggerId,
    name: trigger.name,
    fires: fires(explanation),
    endpoint: parts.endpoints.of(trigger)?.state ?? "ok",
    conditions: verdicts.map(({ condition, holds, values, mismatch }) => ({
      condition: { ...condition, values: [...condition.values] },
      holds,
      has: values.map((value) => shownValue(condition.field, value, isClear)),
      mismatch,
    })),
    obstacles: obstacles.map(shownObstacle),
    delivery: delivery === undefined ? null : shownDelivery(delivery, parts.triggers),
  };
}

const inMs = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);

/** What happened to a call: all triggers of the tenant, by name. Rejects with CALL_NOT_FOUND. */
export function readCall(parts: CallParts): Handler<"readCall"> {
  const { finder, triggers, writer } = parts;
  return async ({ params: { tenantId, cdrId }, query: { reveal, from, to } }, context) => {
    const time = { from: inMs(from), to: inMs(to) };
    const found = await finder.find(tenantId, cdrId, time, context.signal);
    const isClear = await reveals(reveal, { tenantId, subject: cdrId }, writer, context);
    const deliveries = await deliveriesOf(parts, tenantId, cdrId);
    const active = activeForms(triggers.tenant(tenantId));
    const stories: TriggerStory[] = [];
    await inSlices(
      triggers.triggersOf(tenantId),
      (state) => {
        const { triggerId } = state.trigger;
        const explained = explainedBy(triggers, state, triggers.catalog, active.get(triggerId));
        const explanation = explanationOf(explained, found);
        stories.push(storyOf(explanation, deliveries.get(triggerId), parts, isClear));
        deliveries.delete(triggerId);
      },
      context.signal,
    );
    stories.sort((a, b) => a.name.localeCompare(b.name) || (a.triggerId < b.triggerId ? -1 : 1));
    const otherDeliveries = [...deliveries.values()].map((each) => shownDelivery(each, triggers));
    return { body: { call: summaryOf(found, isClear), triggers: stories, otherDeliveries } };
  };
}
