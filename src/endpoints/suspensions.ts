import type { EndpointHealth } from "./endpoint-health.ts";

/**
 * The endpoints that are not well, as the compacted topic of them says: every process of the deliver role reads it, so
 * that all of them set aside, and all go on.
 */
export class Suspensions {
  readonly #byId = new Map<string, EndpointHealth>();
  /** Kept up as events come: at start there may be very many, each of which asks for these. */
  readonly #counts = { suspended: 0, recovering: 0 };
  /** How many endpoints of each tenant are suspended; of tenants that have any. */
  readonly #suspendedOf = new Map<string, number>();
  readonly #changed: (endpointId: string) => void;

  /** `changed` is told of every event that was taken on. */
  constructor(changed: (endpointId: string) => void) {
    this.#changed = changed;
  }

  /** Takes on an event; null: the endpoint is well again. */
  apply(endpointId: string, health: EndpointHealth | null): void {
    const before = this.#byId.get(endpointId);
    if (before !== undefined) this.#add(before, -1);
    if (health === null) {
      this.#byId.delete(endpointId);
    } else {
      this.#byId.set(endpointId, health);
      this.#add(health, 1);
    }
    this.#changed(endpointId);
  }

  get(endpointId: string): EndpointHealth | undefined {
    return this.#byId.get(endpointId);
  }

  /** How many endpoints are in each state. */
  get counts(): Readonly<Record<EndpointHealth["state"], number>> {
    return this.#counts;
  }

  /** How many tenants have an endpoint that is suspended. */
  get suspendedTenants(): number {
    return this.#suspendedOf.size;
  }

  all(): readonly EndpointHealth[] {
    return [...this.#byId.values()];
  }

  #add({ state, tenantId }: EndpointHealth, by: 1 | -1): void {
    this.#counts[state] += by;
    if (state !== "suspended") return;
    const endpoints = (this.#suspendedOf.get(tenantId) ?? 0) + by;
    if (endpoints > 0) this.#suspendedOf.set(tenantId, endpoints);
    else this.#suspendedOf.delete(tenantId);
  }
}
