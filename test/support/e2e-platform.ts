import { readFileSync } from "node:fs";
import avro from "avsc";
import type { Schema, Type } from "avsc";
import type { Producer } from "kafkajs";
import { Kafka, logLevel } from "kafkajs";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Tenant } from "../../src/triggers/tenant.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import type { OwnTopics, StackAddress } from "./e2e-names.ts";

/** A schema file of the contract, parsed. */
export function schemaFile(name: string): Schema {
  return JSON.parse(
    readFileSync(new URL(`../../schemas/${name}.avsc`, import.meta.url), "utf8"),
  ) as Schema;
}

export const avroTypeOf = (schema: Schema): Type => avro.Type.forSchema(schema);

/** The Confluent wire format, written down once more: magic 0, the schema's id, the Avro body. */
export function wireBytes(schemaId: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(schemaId, 1);
  return Buffer.concat([head, body]);
}

/**
 * The telephony platform: a producer that shares no code with the service, only the contract: topics, schema files and
 * the wire format.
 */
export interface Platform extends AsyncDisposable {
  /** Registers a version of a topic's schema and gives its id. */
  register(topic: string, schema: Schema): Promise<number>;
  /** Resolves with the record's offset when all replicas have it. */
  send(topic: string, key: string | null, value: Buffer | null): Promise<number>;
  putTrigger(trigger: Trigger): Promise<number>;
  /** Many at a time. */
  putTriggers(triggers: readonly Trigger[]): Promise<void>;
  deleteTrigger(triggerId: string): Promise<number>;
  putTenant(tenant: Tenant): Promise<number>;
  /** Sends calls in their order, by the schema of the contract. */
  call(...calls: readonly CallEndedRecord[]): Promise<void>;
  /** One call, with headers. */
  callWith(headers: Readonly<Record<string, string>>, call: CallEndedRecord): Promise<void>;
  /** The same to one partition, whatever their tenants. */
  callTo(partition: number, calls: readonly CallEndedRecord[]): Promise<void>;
  /** After a failure: its client may never agree with the brokers again on the sequence of what it writes. */
  connectAnew(): Promise<void>;
}

const callsPerSend = 500;

async function register(registryUrl: string, topic: string, schema: Schema): Promise<number> {
  const response = await fetch(`${registryUrl}/subjects/${topic}-value/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return ((await response.json()) as { readonly id: number }).id;
}

/** Needs the topics, so that `topics apply` must have run. */
export async function createPlatform(stack: StackAddress, topics: OwnTopics): Promise<Platform> {
  const encoder = async (topic: string, file: string): Promise<(value: object) => Buffer> => {
    const id = await register(stack.registryUrl, topic, schemaFile(file));
    const type = avroTypeOf(schemaFile(file));
    return (value) => wireBytes(id, type.toBuffer(value));
  };
  const encode = {
    call: await encoder(topics.cdr, "call-ended"),
    trigger: await encoder(topics.triggers, "trigger"),
    tenant: await encoder(topics.tenants, "tenant"),
  };
  // Outlasts a restart of the broker, and sends nothing twice because of it. Connections go by what the client has.
  const retry = { retries: 50, maxRetryTime: 1000 };
  const kafka = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING, retry });
  const connect = async (): Promise<Producer> => {
    const connecting = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry });
    await connecting.connect();
    return connecting;
  };
  let producer = await connect();

  async function send(topic: string, key: string | null, value: Buffer | null): Promise<number> {
    const [answer] = await producer.send({ topic, acks: -1, messages: [{ key, value }] });
    return Number(answer?.baseOffset);
  }

  return {
    register: (topic, schema) => register(stack.registryUrl, topic, schema),
    send,
    putTrigger: (trigger) => send(topics.triggers, trigger.triggerId, encode.trigger(trigger)),
    async putTriggers(triggers) {
      const messages = triggers.map((trigger) => ({
        key: trigger.triggerId,
        value: encode.trigger(trigger),
      }));
      await producer.send({ topic: topics.triggers, acks: -1, messages });
    },
    deleteTrigger: (triggerId) => send(topics.triggers, triggerId, null),
    putTenant: (tenant) => send(topics.tenants, tenant.tenantId, encode.tenant(tenant)),
    async call(...calls) {
      for (let at = 0; at < calls.length; at += callsPerSend) {
        const messages = calls
          .slice(at, at + callsPerSend)
          .map((call) => ({ key: call.tenantId, value: encode.call(call) }));
        await producer.send({ topic: topics.cdr, acks: -1, messages });
      }
    },
    async callWith(headers, call) {
      const message = { key: call.tenantId, value: encode.call(call), headers };
      await producer.send({ topic: topics.cdr, acks: -1, messages: [message] });
    },
    async callTo(partition, calls) {
      const messages = calls.map((call) => ({
        key: call.tenantId,
        value: encode.call(call),
        partition,
      }));
      await producer.send({ topic: topics.cdr, acks: -1, messages });
    },
    async connectAnew() {
      await producer.disconnect();
      producer = await connect();
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}
