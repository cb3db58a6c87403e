import { randomUUID } from "node:crypto";
import type { CallEndedRecord, CdrFields } from "../../src/sandbox/simulated-cdr.ts";
import type { Action, Condition, Trigger } from "../../src/triggers/trigger.ts";

/** A tenant of one test. */
export const newTenantId = (): string => randomUUID();

/** A trigger that a test writes: only what matters to it. */
export interface TriggerIdea {
  readonly tenantId: string;
  readonly url: string;
  readonly filters?: readonly Condition[];
  readonly action?: Partial<Omit<Action, "url">>;
}

export function triggerOf({ tenantId, url, filters = [], action = {} }: TriggerIdea): Trigger {
  return {
    triggerId: randomUUID(),
    tenantId,
    name: "of a test",
    enabled: true,
    disabledReason: null,
    createdAt: Date.UTC(2026, 0, 5, 9),
    filters,
    action: {
      url,
      method: "POST",
      format: "json",
      customData: {},
      retries: 1,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...action,
    },
  };
}

export function callOf(tenantId: string, cdr: CdrFields = {}): CallEndedRecord {
  return { tenantId, id: null, cdr: { id: randomUUID(), dType: "CloudSessionCdr", ...cdr } };
}

export function callsOf(count: number, tenantId: string, cdr: CdrFields = {}): CallEndedRecord[] {
  return Array.from({ length: count }, () => callOf(tenantId, cdr));
}

export const when = (field: string, op: Condition["op"], ...values: string[]): Condition => ({
  field,
  op,
  values,
  ignoreCase: false,
});
