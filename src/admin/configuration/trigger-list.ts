import { OnhookError } from "../../errors.ts";
import { toldTime } from "../../explaining/told-time.ts";
import type { HourTally, TallyQuery } from "../../history/history.ts";
import type { TriggerState } from "../../triggers/trigger-table.ts";
import type { Handlers, RequestContext } from "../contract/handlers.ts";
import { pageOf } from "./pages.ts";
import type { SortKey } from "./pages.ts";
import type { ConfigurationParts } from "./parts.ts";
import { shownForm } from "./trigger-form.ts";

const dayMs = 86_400_000;

/** By name, capitals or not; what has the same name, by id. */
const keyOf = ({ trigger: { name, triggerId } }: TriggerState): SortKey => [
  name.toLowerCase(),
  triggerId,
];

/** `search` in small letters. */
function isFound({ trigger: { name, action } }: TriggerState, search: string): boolean {
  if (name.toLowerCase().includes(search)) return true;
  const host = URL.parse(action.url)?.host ?? "";
  return host.toLowerCase().includes(search);
}

function hoursOf(tallies: readonly HourTally[]) {
  return tallies.map(({ hour, counts }) => {
    const { delivered, failed, dead, cancelled } = counts;
    return { hour: toldTime(hour), delivered, failed, dead, cancelled };
  });
}

/** Null while the history can't be asked: nobody needs it to see or change a trigger. */
async function talliesOf(
  { history }: Pick<ConfigurationParts, "history">,
  query: TallyQuery,
): Promise<readonly HourTally[] | null> {
  if (query.triggerIds.length === 0) return [];
  try {
    return await history.tallies(query);
  } catch (error) {
    if (!(error instanceof OnhookError) || !isAway.has(error.code)) throw error;
    return null;
  }
}

const isAway: ReadonlySet<string> = new Set(["HISTORY_UNAVAILABLE", "HISTORY_DAMAGED"]);

/** A page of a tenant's triggers, with the licence that covers them. */
export async function listTriggers(
  { store, history, endpoints, clock }: ConfigurationParts,
  { params: { tenantId }, query }: Parameters<Handlers["listTriggers"]>[0],
  { signal }: Pick<RequestContext, "signal">,
): ReturnType<Handlers["listTriggers"]> {
  const { status } = query;
  const search = (query.search ?? "").toLowerCase();
  const all = store.triggersOf(tenantId);
  const isWanted = (state: TriggerState): boolean =>
    (status === undefined || state.status === status) && isFound(state, search);
  const listing = { list: ["triggers", tenantId, status, search], isWanted, keyOf, keyParts: 2 };
  const { items, nextCursor } = await pageOf(all, listing, query, signal);
  const now = clock.now();
  const triggerIds = items.map(({ trigger }) => trigger.triggerId);
  const asked = { tenantId, triggerIds, from: now - dayMs, to: now };
  const tallies = await talliesOf({ history }, asked);
  const byTrigger = Map.groupBy(tallies ?? [], ({ triggerId }) => triggerId);
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
      historyAway: tallies === null,
      licence: { used: all.length, maxTriggers, suspended },
    },
  };
}
