import { CompactedTable } from "../kafka/compacted-table.ts";
import type { TableHandlers } from "../kafka/compacted-table.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Connections, Surroundings } from "./connections.ts";

export interface TableToRead {
  /** The service's name. */
  readonly name: string;
  readonly topic: string;
  /** Whether records are good until the next fetch only, as in PartitionReader. */
  readonly lends?: boolean;
}

/** Reads a compacted topic of one partition whole, and then goes on with it, for as long as it runs. */
export function createTableService(
  { clock, emit }: Pick<Surroundings, "clock" | "emit">,
  { kafka }: Pick<Connections, "kafka">,
  { name, topic, lends = false }: TableToRead,
  handlers: TableHandlers,
): Service {
  const reader = new PartitionReader(kafka, { topic, partition: 0 }, { lends });
  const table = new CompactedTable(topic, reader, { clock, emit });
  return { name, run: (stop) => table.run(handlers, stop) };
}
