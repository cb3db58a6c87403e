import type { SkipReason } from "../replay/picked.ts";
import type { EndpointHealth } from "./endpoint-health.ts";

interface AboutEndpoint {
  readonly endpointId: string;
  readonly tenantId: string;
  readonly triggerId: string;
  readonly host: string;
  /** Why the last request failed before it was suspended. */
  readonly reason: string;
  readonly status: number | null;
  readonly failures: number;
}

/** What is said of endpoints. Ids and the host alone; never an address. */
export type EndpointEvent =
  | (AboutEndpoint & { readonly type: "endpoint.suspended" })
  | (AboutEndpoint & { readonly type: "endpoint.recovering" })
  | (AboutEndpoint & { readonly type: "endpoint.well" })
  | {
      /** Jobs that were set aside went back among the jobs: one as a probe, or all as the endpoint recovers. */
      readonly type: "endpoint.redriven";
      readonly endpointId: string;
      readonly probe: boolean;
      readonly jobs: number;
    }
  | {
      /** A job that was set aside can't go out again, and stays among the dead. Said again when another process goes on. */
      readonly type: "endpoint.left-dead";
      readonly endpointId: string;
      readonly reason: SkipReason;
      /** Where it stands in the topic of dead jobs. */
      readonly partition: number;
      readonly offset: number;
    }
  /** Endpoints by state, as this process sees them. */
  | {
      readonly type: "endpoints.counted";
      readonly failing: number;
      readonly suspended: number;
      readonly recovering: number;
      /** How many tenants have such endpoints: many of one tenant's may stand for a single dead host. */
      readonly tenants: { readonly failing: number; readonly suspended: number };
    }
  /** Its receiver answered 410 Gone: the trigger was switched off, and an event published that says so. */
  | { readonly type: "trigger.disabled"; readonly triggerId: string; readonly reason: "gone" }
  /** It could not be switched off, and a job that is answered so some seconds later has it tried again. */
  | {
      readonly type: "trigger.not-disabled";
      readonly triggerId: string;
      readonly reason: "gone";
      readonly error: unknown;
    }
  /** Something about an endpoint could not be done; it is tried again, or comes up again by itself. */
  | { readonly type: "endpoint.held"; readonly error: unknown };

/** What is said of an endpoint when its health changes. */
export function aboutEndpoint(health: EndpointHealth): AboutEndpoint {
  const { endpointId, tenantId, triggerId, host, reason, status, failures } = health;
  return { endpointId, tenantId, triggerId, host, reason, status, failures };
}
