import { randomUUID } from "node:crypto";
import type { Trigger } from "../../src/triggers/trigger.ts";

/** A trigger that fires for every call of its tenant and posts JSON, unsigned. */
export function benchTrigger(tenantId: string, url: string, retries: number): Trigger {
  return {
    triggerId: randomUUID(),
    tenantId,
    name: "",
    enabled: true,
    disabledReason: null,
    createdAt: null,
    filters: [],
    action: {
      url,
      method: "POST",
      format: "json",
      customData: {},
      retries,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
    },
  };
}
