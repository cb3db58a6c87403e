import { sampleTenants } from "../sandbox/sample-tenants.ts";
import { createSeededRandom } from "../sandbox/seeded-random.ts";
import { createSimulator, demoStart } from "../sandbox/simulator.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Action, Condition, Trigger } from "../triggers/trigger.ts";

/** Calls as the simulator makes them up, the same ones for a seed; their tenants are given in turn. */
export function callSource(
  tenantIds: readonly string[],
  seed: number = demoStart.seed,
): () => CallEndedRecord {
  const simulator = createSimulator({ ...demoStart, seed, tenants: sampleTenants });
  let number = 0;
  return () => {
    const tenantId = tenantIds[number++ % tenantIds.length] as string;
    return { ...simulator.next(), tenantId };
  };
}

const when = (field: string, op: Condition["op"], ...values: string[]): Condition => ({
  field,
  op,
  values,
  ignoreCase: false,
});

/**
 * The conditions of the n-th of a tenant's many triggers: equality, prefix, numeric range and negation in turn, each
 * beside conditions that most calls meet, as people write them. The first fires for calls that `firing` has changed, the
 * others for none.
 */
export function mixedFilters(n: number): readonly Condition[] {
  const external = when("type", "ne", "9");
  switch (n % 4) {
    case 0:
      return [external, when("ansGroupName", "eq", `Desk ${n}`), when("talk", "gte", "0")];
    case 1:
      return [external, when("ddiNum", "prefix", `+99${String(n).padStart(7, "0")}`)];
    case 2:
      return [
        when("dur", "gte", String(1_000_000 + n)),
        when("dur", "lt", String(1_000_001 + n)),
        when("cliName", "ne", "Spam"),
      ];
    default:
      return [
        external,
        when("rteName", "in", `Route ${n}`, `Route ${n} b`),
        when("cause", "notIn", "x"),
      ];
  }
}

/** The call, changed so that it meets `mixedFilters(n)`, `n` being 0 or another multiple of 4, and none of the others. */
export function firing(call: CallEndedRecord, n = 0): CallEndedRecord {
  return { ...call, cdr: { ...call.cdr, type: 2, ansGroupName: `Desk ${n}`, talk: 60 } };
}

/** A trigger of a benchmark: only what matters to it. */
export function benchTrigger({
  triggerId,
  tenantId,
  filters = [],
  action,
}: Pick<Trigger, "triggerId" | "tenantId"> & {
  readonly filters?: readonly Condition[];
  readonly action: Partial<Action> & Pick<Action, "url">;
}): Trigger {
  return {
    triggerId,
    tenantId,
    name: "of a benchmark",
    enabled: true,
    disabledReason: null,
    createdAt: demoStart.startAt,
    filters,
    action: {
      method: "POST",
      format: "json",
      customData: {},
      retries: 3,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...action,
    },
  };
}

/** Who has triggers, and what calls fire. */
export interface Workload {
  readonly tenants: number;
  /** One tenant in so many has triggers; Infinity: none. */
  readonly tenantsEvery: number;
  readonly triggersOfEach: number;
  /** One call in so many, of tenants that have triggers, fires. */
  readonly firesEvery: number;
  /** How many of its tenant's triggers such a call fires. */
  readonly jobsOfEach: number;
  /** The same seed makes the same calls and triggers. */
  readonly seed: number;
}

export interface MatchingLoad {
  readonly triggers: readonly Trigger[];
  /** The next call, with the ids of the triggers that it fires. */
  next(): { readonly call: CallEndedRecord; readonly fires: readonly string[] };
}

const none: readonly string[] = [];

/** Makes the triggers of a workload, and its calls, as many as are asked for. */
export function createMatchingLoad(workload: Workload): MatchingLoad {
  const { tenants, tenantsEvery, triggersOfEach, firesEvery, jobsOfEach, seed } = workload;
  const tenantIds = Array.from({ length: tenants }, (_, number) => `tenant-${number}`);
  const random = createSeededRandom(seed);
  const isOwner = (number: number): boolean =>
    Number.isFinite(tenantsEvery) && number % tenantsEvery === 0;
  const triggers: Trigger[] = [];
  const firedOf = new Map<string, readonly string[]>();
  for (const tenantId of tenantIds.filter((_, number) => isOwner(number))) {
    const own = Array.from({ length: triggersOfEach }, (_, n) => {
      const filters = mixedFilters(n < jobsOfEach ? 0 : n);
      const action = { url: "https://example.com/hook" };
      return benchTrigger({ triggerId: random.uuid(), tenantId, filters, action });
    });
    triggers.push(...own);
    firedOf.set(
      tenantId,
      own.slice(0, jobsOfEach).map(({ triggerId }) => triggerId),
    );
  }
  const source = callSource(tenantIds, seed);
  let ofThose = 0;
  // Another one's turn each time around, since the tenants come in turn.
  const isFiring = (number: number): boolean =>
    (number + Math.floor(number / tenants)) % firesEvery === 0;
  return {
    triggers,
    next() {
      const call = source();
      const fires = firedOf.get(call.tenantId);
      if (fires === undefined || !isFiring(ofThose++)) return { call, fires: none };
      return { call: firing(call), fires };
    },
  };
}
