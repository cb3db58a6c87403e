import type { HourTally } from "../../history/history.ts";
import type { TriggerState } from "../../triggers/trigger-table.ts";
import type { Handlers } from "../contract/handlers.ts";
import { pageOf } from "./pages.ts";
import type { SortKey } from "./pages.ts";
import type { ConfigurationParts } from "./parts.ts";
import { isoTime, shownForm } from "./trigger-form.ts";

const dayMs = 86_400_000;

/** By name, capitals or not; what has the same name, by id. */
const keyOf = ({ trigger: { name, triggerId } }: TriggerState): SortKey => [
  name.toLowerCase(),
  triggerId,
];

function isFound({ trigger: { name, action } }: TriggerState, search: string): boolean {
  const host = URL.parse(action.url)?.host ?? "";
  return [name, host].some((text) => text.toLowerCase().includes(search.toLowerCase()));
}

function hoursOf(tallies: readonly HourTally[]) {
  return tallies.map(({ hour, counts }) => {
    const { delivered, failed, dead, cancelled } = counts;
    return { hour: isoTime(hour), delivered, failed, dead, cancelled };
  });
}

/** A page of a tenant's triggers, with the licence that covers them. */
export async function listTriggers(
  { store, history, endpoints, clock }: ConfigurationParts,
  { params: { tenantId }, query }: Parameters<Handlers["listTriggers"]>[0],
): ReturnType<Handlers["listTriggers"]> {
  const { search = "", status } = query;
  const all = store.triggersOf(tenantId);
  const wanted = all.filter(
    (state) => (status === undefined || state.status === status) && isFound(state, search),
  );
  const { items, nextCursor } = pageOf(wanted, keyOf, query);
  const now = clock.now();
  const triggerIds = items.map(({ trigger }) => trigger.triggerId);
  const tallies =
    triggerIds.length === 0
      ? []
      : await history.tallies({ tenantId, triggerIds, from: now - dayMs, to: now });
  const byTrigger = Map.groupBy(tallies, ({ triggerId }) => triggerId);
  const { maxTriggers = null, suspended = false } = store.licence(tenantId)?.tenant ?? {};
  return {
    body: {
      items: items.map((state) => {
        const { trigger } = state;
        const refused = store.refused(trigger.triggerId);
        const shown = shownForm(state, refused, endpoints.of(trigger)?.state ?? "ok");
        return Object.assign(shown, {
          last24Hours: hoursOf(byTrigger.get(trigger.triggerId) ?? []),
        });
      }),
      nextCursor,
      licence: { used: all.length, maxTriggers, suspended },
    },
  };
}
