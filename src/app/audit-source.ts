import type { AuditSource } from "../audit/audit.ts";
import { createCallSchemas } from "../cdr/call-schemas.ts";
import { readDeath } from "../delivery/dead-headers.ts";
import { decodeFinished } from "../delivery/finished-offsets.ts";
import { TopicSpans } from "../kafka/topic-spans.ts";
import { readSchema } from "../schema-files.ts";
import { ladderOf, subjectOf } from "../wanted-topics.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** What an audit reads from. Rejects with REGISTRY_UNREACHABLE: triggers are judged by the latest schema of calls. */
export async function createAuditSource(
  { config, clock }: Surroundings,
  { kafka, registry, keyRing }: Connections,
  codecs: Codecs,
): Promise<AuditSource> {
  const { cdr, jobs, dead, attempts, invalid, triggers, tenants } = config.topics;
  const latest = await registry.latest(subjectOf(cdr.name));
  const shipped = readSchema("CallEnded");
  return {
    log: new TopicSpans(kafka, clock),
    topics: {
      cdr: cdr.name,
      jobs: jobs.name,
      retries: ladderOf(config).rungs.map(({ topic }) => topic),
      dead: dead.name,
      attempts: attempts.name,
      invalid: invalid.name,
      triggers: triggers.name,
      tenants: tenants.name,
    },
    groups: {
      match: config.kafka.matchGroup,
      deliver: config.kafka.deliverGroup,
      retry: config.kafka.retryGroup,
    },
    codecs,
    schemas: createCallSchemas(registry, clock),
    callSchemas: latest === null ? [shipped] : [latest.schema, shipped],
    allowHttp: config.delivery.dangerousAllowHttp,
    secrets: { keyRing, requireEncrypted: config.secrets.requireEncrypted },
    finishedBeyond: decodeFinished,
    deadReason: (headers) => readDeath(headers).reason,
  };
}
