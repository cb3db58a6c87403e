import type { RecordCodec } from "../avro/record-codec.ts";
import type { AuditedWriter } from "../configuration/audited-writer.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import { createAuditedWriter } from "../kafka/kafka-audited-writer.ts";
import type { AdminCodecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** How long a change waits for the brokers, in ms; a browser waits no longer either. */
const patienceMs = 20_000;

/** What writes changes together with who made them. */
export function createAuditing(
  around: Surroundings,
  connections: Connections,
  { changes }: AdminCodecs,
): AuditedWriter & AsyncDisposable {
  const { triggers, tenants, tokens } = around.config.topics;
  const outputs = [triggers.name, tenants.name, tokens.name];
  return createWriter(around, connections, { changes, role: "admin", outputs });
}

/** The same for what the deliver role changes by itself, which are triggers alone. */
export function createDeliverAuditing(
  around: Surroundings,
  connections: Connections,
  changes: RecordCodec<ChangeRecord>,
): AuditedWriter & AsyncDisposable {
  const outputs = [around.config.topics.triggers.name];
  return createWriter(around, connections, { changes, role: "deliver", outputs });
}

function createWriter(
  { config, clock, emit }: Surroundings,
  { kafka }: Connections,
  of: {
    readonly changes: RecordCodec<ChangeRecord>;
    /** Part of the transactional ids, so that each role has rights to its own. */
    readonly role: "admin" | "deliver";
    readonly outputs: readonly string[];
  },
): AuditedWriter & AsyncDisposable {
  return createAuditedWriter(
    kafka,
    {
      changesTopic: config.topics.changes.name,
      outputs: of.outputs,
      transactionalIdPrefix: `${config.kafka.transactionalIdPrefix}-${of.role}`,
      patienceMs,
    },
    { clock, emit, encode: (record) => of.changes.encode(record) },
  );
}
