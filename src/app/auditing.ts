import type { AuditedWriter } from "../configuration/audited-writer.ts";
import { createAuditedWriter } from "../kafka/kafka-audited-writer.ts";
import type { AdminCodecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** How long a change waits for the brokers, in ms; a browser waits no longer either. */
const patienceMs = 20_000;

/** What writes changes together with who made them. */
export function createAuditing(
  { config, clock, emit }: Surroundings,
  { kafka }: Connections,
  { changes }: AdminCodecs,
): AuditedWriter & AsyncDisposable {
  const { topics } = config;
  return createAuditedWriter(
    kafka,
    {
      changesTopic: topics.changes.name,
      outputs: [topics.triggers.name, topics.tenants.name, topics.tokens.name],
      transactionalIdPrefix: config.kafka.transactionalIdPrefix,
      patienceMs,
    },
    { clock, emit, encode: (record) => changes.encode(record) },
  );
}
