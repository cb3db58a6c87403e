import { newSigningSecret } from "../../src/secrets/signing-secret.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { triggerOf, when } from "../support/e2e-samples.ts";
import { firing, mixedFilters } from "../../src/benchmark/matching-load.ts";

/** What each tenant has. */
const triggersOfEach = 10;
const atOnce = 2000;

/** The number of the one trigger of a tenant that `firingCall` fires: `firing` fires each fourth. */
const firingNumber = (tenant: number): number => 4 * Math.ceil((tenant * triggersOfEach) / 4);

/** A trigger with the conditions of one of `mixedFilters`, and what triggers have besides. */
export function stateTrigger(tenantId: string, number: number): Trigger {
  return triggerOf({
    tenantId,
    url: `https://hooks.example.com/${tenantId}/calls`,
    filters: mixedFilters(number),
    action: {
      secrets: [newSigningSecret("hmac")],
      customData: { queue: "call-back", number: String(number) },
    },
  });
}

/** The call, made one of that tenant's which fires the one of its triggers that can be fired. */
export function firingCall(call: CallEndedRecord, tenant: number): CallEndedRecord {
  return firing({ ...call, tenantId: tenantIdOf(tenant) }, firingNumber(tenant));
}

/** The conditions that `firingCall` meets. */
export const firingFilters = (tenant: number): Trigger["filters"] =>
  mixedFilters(firingNumber(tenant));

/** Conditions that it does not meet. */
export const otherFilters: Trigger["filters"] = [when("ansGroupName", "eq", "Nobody's desk")];

export const tenantIdOf = (tenant: number): string => `tenant-${tenant}`;

/** Publishes so many triggers, ten of each tenant, and gives of each tenant the id of the one that can be fired. */
export async function publishTriggers(
  platform: Platform,
  total: number,
): Promise<readonly string[]> {
  const fired: string[] = [];
  let waiting: Trigger[] = [];
  for (let number = 0; number < total; number += 1) {
    const tenant = Math.floor(number / triggersOfEach);
    const trigger = stateTrigger(tenantIdOf(tenant), number);
    if (number === firingNumber(tenant)) fired.push(trigger.triggerId);
    waiting.push(trigger);
    if (waiting.length < atOnce && number < total - 1) continue;
    await platform.putTriggers(waiting);
    waiting = [];
  }
  return fired;
}
