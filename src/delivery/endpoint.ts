import { createHash } from "node:crypto";
import type { Trigger } from "../triggers/trigger.ts";

/**
 * Where requests go, as far as one tenant is concerned. Two tenants at the same address are two endpoints: one that is
 * refused there, or answers a tenant's mistakes, says nothing of the other.
 */
export interface Endpoint {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly tenantId: string;
}

/**
 * The endpoint of a tenant's address. Query and fragment don't count: they tell what is asked for, not who is asked.
 * An address that can't be read is an endpoint of its own.
 */
export function endpointOf(tenantId: string, url: string): Endpoint {
  const parsed = URL.parse(url);
  const place = parsed === null ? url : parsed.origin + parsed.pathname;
  const id = createHash("sha256").update(`${tenantId}\n${place}`).digest("hex").slice(0, 16);
  return { id, tenantId };
}

/**
 * Where jobs are scheduled that are to be set aside: they need no request, so that neither the limit of their endpoint
 * nor its rest is any concern of theirs.
 */
export function asideOf({ id, tenantId }: Endpoint): Endpoint {
  return { id: `aside ${id}`, tenantId };
}

const known = new WeakMap<Trigger, Endpoint>();

/** The endpoint of a trigger; worked out once for each version of it. */
export function endpointOfTrigger(trigger: Trigger): Endpoint {
  let endpoint = known.get(trigger);
  if (endpoint === undefined) {
    endpoint = endpointOf(trigger.tenantId, trigger.action.url);
    known.set(trigger, endpoint);
  }
  return endpoint;
}

/** Port: the trigger with this id, as it stands. */
export type TriggerOf = (triggerId: string) => Trigger | undefined;

/**
 * Finds the endpoint of a record by its key, which is the trigger's id, without reading the record. What no trigger is
 * known for counts as an endpoint of its own: it needs no request, or waits for the table.
 */
export function createEndpointLookup(triggerOf: TriggerOf): (key: Buffer | null) => Endpoint {
  return (key) => {
    const triggerId = key?.toString("utf8") ?? "";
    const trigger = triggerOf(triggerId);
    if (trigger !== undefined) return endpointOfTrigger(trigger);
    return { id: `?${triggerId}`, tenantId: `?${triggerId}` };
  };
}
