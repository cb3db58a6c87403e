import type { Tenant } from "../triggers/tenant.ts";
import type { Trigger } from "../triggers/trigger.ts";

function byAge(a: Trigger, b: Trigger): number {
  return (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.triggerId < b.triggerId ? -1 : 1);
}

/**
 * The triggers that may fire, by tenant: none of a suspended tenant; of the others the oldest that the licence covers,
 * without those that are disabled. Plain on purpose and independent of the service: the demo checks the service by it.
 */
export function activeTriggers(
  triggers: readonly Trigger[],
  tenants: readonly Pick<Tenant, "tenantId" | "maxTriggers" | "suspended">[],
): ReadonlyMap<string, readonly Trigger[]> {
  const active = new Map<string, readonly Trigger[]>();
  for (const { tenantId, maxTriggers, suspended } of tenants) {
    if (suspended) continue;
    const own = triggers.filter((trigger) => trigger.tenantId === tenantId).sort(byAge);
    const covered = maxTriggers === null ? own : own.slice(0, maxTriggers);
    active.set(
      tenantId,
      covered.filter(({ enabled }) => enabled),
    );
  }
  return active;
}
