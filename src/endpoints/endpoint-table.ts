import { endpointOfTrigger } from "../delivery/endpoint.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { EndpointHealth } from "./endpoint-health.ts";

/** Port: the endpoints that are not well, as the topic of them says. */
export interface EndpointStates {
  /** That of a trigger as it is now; undefined: it is well. */
  of(trigger: Trigger): EndpointHealth | undefined;
  ofTenant(tenantId: string): readonly EndpointHealth[];
}

/** The same, filled by whoever reads the topic. */
export class EndpointTable implements EndpointStates {
  readonly #byId = new Map<string, EndpointHealth>();
  readonly #byTenant = new Map<string, Map<string, EndpointHealth>>();

  /** Takes on an event; null: the endpoint is well again. */
  apply(endpointId: string, health: EndpointHealth | null): void {
    this.#forget(endpointId);
    if (health === null) return;
    this.#byId.set(endpointId, health);
    const ofTenant = this.#byTenant.get(health.tenantId) ?? new Map<string, EndpointHealth>();
    this.#byTenant.set(health.tenantId, ofTenant.set(endpointId, health));
  }

  of(trigger: Trigger): EndpointHealth | undefined {
    return this.#byId.get(endpointOfTrigger(trigger).id);
  }

  ofTenant(tenantId: string): readonly EndpointHealth[] {
    return [...(this.#byTenant.get(tenantId)?.values() ?? [])];
  }

  #forget(endpointId: string): void {
    const before = this.#byId.get(endpointId);
    if (before === undefined) return;
    this.#byId.delete(endpointId);
    const ofTenant = this.#byTenant.get(before.tenantId);
    ofTenant?.delete(endpointId);
    if (ofTenant?.size === 0) this.#byTenant.delete(before.tenantId);
  }
}
