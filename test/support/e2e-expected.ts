import { activeTriggers } from "../../src/audit/active-triggers.ts";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import { webhookIdOf } from "../../src/benchmark/webhook-id.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Tenant } from "../../src/triggers/tenant.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

/** A webhook that a call must cause. */
export interface ExpectedWebhook {
  readonly webhookId: string;
  readonly trigger: Trigger;
}

export { webhookIdOf } from "../../src/benchmark/webhook-id.ts";

/** Which webhooks calls must cause: by the plain evaluator, with no code of the service's matcher. */
export function expectedWebhooks(
  calls: readonly CallEndedRecord[],
  triggers: readonly Trigger[],
  tenants: readonly Pick<Tenant, "tenantId" | "maxTriggers" | "suspended">[],
): ExpectedWebhook[] {
  const active = activeTriggers(triggers, tenants);
  return calls.flatMap((call) =>
    (active.get(call.tenantId) ?? [])
      .filter(({ filters }) => plainFires(filters, call.cdr))
      .map((trigger) => ({ webhookId: webhookIdOf(call, trigger.triggerId), trigger })),
  );
}
