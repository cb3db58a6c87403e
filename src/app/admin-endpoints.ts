import { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { EndpointStates } from "../endpoints/endpoint-table.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { readEndpoints } from "./endpoint-records.ts";

/** The endpoints as the admin role sees them: it reads what the deliver role has written, and writes nothing. */
export function createEndpointStates(
  around: Surroundings,
  connections: Connections,
  codecs: Pick<Codecs, "endpoints">,
): { readonly endpoints: EndpointStates; readonly service: Service } {
  const endpoints = new EndpointTable();
  return { endpoints, service: readEndpoints(around, connections, codecs, endpoints) };
}
