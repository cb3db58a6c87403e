import { createRecordCodec } from "../avro/record-codec.ts";
import type { RecordCodec } from "../avro/record-codec.ts";
import type { ApiToken } from "../access/api-token.ts";
import type { EndpointHealth } from "../endpoints/endpoint-health.ts";
import { OnhookError } from "../errors.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { readSchema } from "../schema-files.ts";
import type { KeyRing } from "../secrets/key-ring.ts";
import { sealTrigger } from "../triggers/trigger-secrets.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { RecordName } from "../topology.ts";
import { subjectOf } from "../wanted-topics.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** The records of Onhook's own topics, each with the id under which the registry has its schema. */
export interface Codecs {
  /** Encrypts secrets as it encodes; what it decodes has them as the topic has. */
  readonly triggers: RecordCodec<unknown>;
  readonly tenants: RecordCodec<unknown>;
  readonly jobs: RecordCodec<DeliveryJob>;
  readonly attempts: RecordCodec<DeliveryAttempt>;
  readonly endpoints: RecordCodec<EndpointHealth>;
}

/** Rejects with SCHEMA_UNREGISTERED, naming the subject, when `topics apply` has not been run for this version. */
export async function loadCodec<T>(
  record: RecordName,
  topic: string,
  { registry }: Connections,
): Promise<RecordCodec<T>> {
  const schema = readSchema(record);
  const subject = subjectOf(topic);
  const schemaId = await registry.lookUp(subject, schema);
  if (schemaId === null) throw new OnhookError("SCHEMA_UNREGISTERED", { subject });
  return createRecordCodec<T>({ schema, schemaId, schemas: registry });
}

/** Whoever writes a trigger writes it encrypted: there is no other way to encode one. */
function sealing(codec: RecordCodec<unknown>, keyRing: KeyRing): RecordCodec<unknown> {
  return {
    encode: (trigger) => codec.encode(sealTrigger(trigger as Trigger, keyRing)),
    decode: (value) => codec.decode(value),
    decodeKnown: (value) => codec.decodeKnown(value),
    ownBody: (value) => codec.ownBody(value),
  };
}

/** Loads all of them. Rejects with SCHEMA_UNREGISTERED or REGISTRY_UNREACHABLE. */
export async function loadCodecs(
  { config }: Surroundings,
  connections: Connections,
): Promise<Codecs> {
  const { triggers, tenants, jobs, attempts, endpoints } = config.topics;
  return {
    triggers: sealing(await loadCodec("Trigger", triggers.name, connections), connections.keyRing),
    tenants: await loadCodec("Tenant", tenants.name, connections),
    jobs: await loadCodec("DeliveryJob", jobs.name, connections),
    attempts: await loadCodec("DeliveryAttempt", attempts.name, connections),
    endpoints: await loadCodec("EndpointHealth", endpoints.name, connections),
  };
}

/** The records that the admin role needs besides. */
export interface AdminCodecs {
  readonly tokens: RecordCodec<ApiToken>;
  readonly changes: RecordCodec<ChangeRecord>;
}

/** Loads these; rejects as `loadCodecs`. Other roles need no schemas of them. */
export async function loadAdminCodecs(
  { config }: Surroundings,
  connections: Connections,
): Promise<AdminCodecs> {
  const { tokens, changes } = config.topics;
  return {
    tokens: await loadCodec("ApiToken", tokens.name, connections),
    changes: await loadCodec("ChangeRecord", changes.name, connections),
  };
}
