import { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { EndpointStates } from "../endpoints/endpoint-table.ts";
import { OnhookError } from "../errors.ts";
import { CompactedTable } from "../kafka/compacted-table.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** The endpoints as the admin role sees them: it reads what the deliver role has written, and writes nothing. */
export function createEndpointStates(
  { config, clock, emit }: Surroundings,
  { kafka }: Connections,
  { endpoints: codec }: Pick<Codecs, "endpoints">,
): { readonly endpoints: EndpointStates; readonly service: Service } {
  const topic = config.topics.endpoints.name;
  const endpoints = new EndpointTable();
  async function record({ key, value }: LogRecord): Promise<void> {
    const endpointId = key?.toString("utf8") ?? "";
    try {
      endpoints.apply(endpointId, value === null ? null : await codec.decode(value));
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      // Somebody else's record must not end the reading of all others.
      emit({ type: "endpoint.held", error });
    }
  }
  const reader = new PartitionReader(kafka, { topic, partition: 0 });
  const table = new CompactedTable(topic, reader, { clock, emit });
  const position = (): void => undefined;
  return {
    endpoints,
    service: { name: "table of endpoints", run: (stop) => table.run({ record, position }, stop) },
  };
}
