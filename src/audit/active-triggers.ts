import type { Tenant } from "../triggers/tenant.ts";
import type { Trigger } from "../triggers/trigger.ts";

/** One of which it is not known when it was made is the oldest. */
function byAge(a: Trigger, b: Trigger): number {
  const [bornA, bornB] = [a.createdAt ?? -Infinity, b.createdAt ?? -Infinity];
  if (bornA !== bornB) return bornA < bornB ? -1 : 1;
  return a.triggerId < b.triggerId ? -1 : 1;
}

/** What a licence says of its tenant's triggers. */
export type Licence = Pick<Tenant, "maxTriggers" | "suspended">;

/**
 * Those of one tenant's triggers that may fire: none where it is suspended; else the oldest that the licence covers,
 * without those that are disabled. Plain on purpose and independent of the service, which is checked by it.
 */
export function activeOf(
  own: readonly Trigger[],
  licence: Licence | undefined,
): readonly Trigger[] {
  if (licence?.suspended === true) return [];
  const covered = own.toSorted(byAge).slice(0, licence?.maxTriggers ?? undefined);
  return covered.filter(({ enabled }) => enabled);
}

/** The triggers that may fire, by tenant. */
export function activeTriggers(
  triggers: readonly Trigger[],
  tenants: readonly (Licence & Pick<Tenant, "tenantId">)[],
): ReadonlyMap<string, readonly Trigger[]> {
  return new Map(
    tenants.map((tenant) => {
      const own = triggers.filter(({ tenantId }) => tenantId === tenant.tenantId);
      return [tenant.tenantId, activeOf(own, tenant)] as const;
    }),
  );
}
