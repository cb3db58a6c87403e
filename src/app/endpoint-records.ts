import type { EndpointHealth } from "../endpoints/endpoint-health.ts";
import { OnhookError } from "../errors.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { createTableService } from "./table-service.ts";

/** What takes on the records of the endpoints' topic; null: the endpoint is well again. */
export interface EndpointRecords {
  apply(endpointId: string, health: EndpointHealth | null): void;
}

/** Reads the endpoints' topic into something. `caughtUp` is called whenever all is read that there is. */
export function readEndpoints(
  { config, clock, emit }: Surroundings,
  connections: Pick<Connections, "kafka">,
  { endpoints: codec }: Pick<Codecs, "endpoints">,
  records: EndpointRecords,
  caughtUp: () => void = () => undefined,
): Service {
  const table = { name: "table endpoints", topic: config.topics.endpoints.name };
  return createTableService({ clock, emit }, connections, table, {
    async record({ key, value }) {
      const endpointId = key?.toString("utf8") ?? "";
      try {
        records.apply(endpointId, value === null ? null : await codec.decode(value));
      } catch (error) {
        if (!(error instanceof OnhookError) || error.retryable) throw error;
        // Somebody else's record must not keep this process from its work.
        emit({ type: "endpoint.held", error });
      }
    },
    position: (at, end) => void (at >= end && caughtUp()),
  });
}
