import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { compileTrigger } from "../triggers/compile-trigger.ts";
import type { CompiledTrigger } from "../triggers/compile-trigger.ts";
import { blocks, explainCall, obstaclesOf } from "../triggers/explain-call.ts";
import type { ConditionVerdict, Obstacle, TriggerStanding } from "../triggers/explain-call.ts";
import type { TenantTriggers } from "../triggers/tenant-triggers.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { VerdictTally } from "../triggers/verdict-tally.ts";
import { tallyVerdicts } from "../triggers/verdict-tally.ts";
import { newestCalls } from "./find-calls.ts";
import type { CallSource, FoundCall, TimeRange } from "./find-calls.ts";

/** A trigger, and all that is known of it besides its conditions. */
export interface Explained {
  readonly compiled: CompiledTrigger;
  readonly standing: TriggerStanding;
}

/** How one call is explained. */
export interface CallExplanation extends FoundCall {
  readonly trigger: Trigger;
  readonly verdicts: readonly ConditionVerdict[];
  readonly obstacles: readonly Obstacle[];
}

/** How many calls are. */
export interface RangeExplanation {
  readonly trigger: Trigger;
  readonly tally: VerdictTally;
  /** Calls for which it fires: all conditions hold, and nothing else is in the way. */
  readonly fired: number;
  /** By kind, how many of the calls it is true of. */
  readonly obstacles: ReadonlyMap<Obstacle["kind"], number>;
  /** The tenant's calls of that time; `tally.calls` of them, the newest, were looked at. */
  readonly all: number;
  readonly unreadable: number;
}

/** The trigger in the form by which match asks it; undefined where it is not active. */
export function activeForm(
  store: Pick<TriggerStore, "tenant">,
  { trigger: { triggerId, tenantId } }: TriggerState,
): CompiledTrigger | undefined {
  return store.tenant(tenantId)?.triggers.find(({ trigger }) => trigger.triggerId === triggerId);
}

/** A tenant's active triggers in that form, by id. */
export function activeForms(active: TenantTriggers | undefined): Map<string, CompiledTrigger> {
  return new Map(active?.triggers.map((each) => [each.trigger.triggerId, each]));
}

/** A saved trigger, to be explained: what is active by the very form that match asks. */
export function explainedBy(
  store: Pick<TriggerStore, "refused">,
  state: TriggerState,
  catalog: FieldCatalog,
  active: CompiledTrigger | undefined,
): Explained {
  const compiled = active ?? compileTrigger(state.trigger, catalog, () => undefined);
  return { compiled, standing: { ...state, refused: store.refused(state.trigger.triggerId) } };
}

/** Why a trigger fires for a call or not. The call has to be whole. */
export function explanationOf(
  { compiled, standing }: Explained,
  found: FoundCall,
): CallExplanation {
  const { record, call } = found;
  const about = { tenantId: call.tenantId, timestamp: record.timestamp };
  return {
    ...found,
    trigger: standing.trigger,
    verdicts: explainCall(compiled, call.cdr),
    obstacles: obstaclesOf(standing, about),
  };
}

/** Whether it does: all conditions hold, and nothing else is in the way. */
export function fires({
  verdicts,
  obstacles,
}: Pick<CallExplanation, "verdicts" | "obstacles">): boolean {
  return verdicts.every(({ holds }) => holds) && !obstacles.some(blocks);
}

/** For how many of a tenant's newest calls of a time a trigger fires, and what keeps it from the others. */
export async function explainRange(
  explained: Explained,
  source: CallSource,
  range: TimeRange,
  limit: number,
): Promise<RangeExplanation> {
  const { trigger } = explained.standing;
  const of = { tenantId: trigger.tenantId, range, limit };
  // Of each call only the verdicts are kept: there may be many, and they are large.
  const { made, ...counts } = await newestCalls(source, of, (found) => {
    const { verdicts, obstacles } = explanationOf(explained, found);
    const kept = verdicts.map(({ holds, mismatch }) => ({ holds, mismatch }));
    return {
      kept,
      kinds: obstacles.map(({ kind }) => kind),
      fired: fires({ verdicts, obstacles }),
    };
  });
  const obstacles = new Map<Obstacle["kind"], number>();
  for (const kind of made.flatMap(({ kinds }) => kinds))
    obstacles.set(kind, (obstacles.get(kind) ?? 0) + 1);
  return {
    trigger,
    tally: tallyVerdicts(
      trigger.filters.length,
      made.map(({ kept }) => kept),
    ),
    fired: made.filter(({ fired }) => fired).length,
    obstacles,
    ...counts,
  };
}
