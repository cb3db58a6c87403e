import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createDeliverJob } from "../../src/delivery/deliver-job.ts";
import type { DeliverJobDeps, TriggerLookup } from "../../src/delivery/deliver-job.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { readSchema } from "../../src/schema-files.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createFakeHttpSender } from "../support/fake-http-sender.ts";
import { someJob, someRecord } from "./some-jobs.ts";

export const url = "https://crm.example.com/hook";
const schema = readSchema("DeliveryJob");
export const schemas = { get: async (id: number) => (id === 7 ? callEndedSchema() : schema) };
const codec = createRecordCodec<DeliveryJob>({ schema, schemaId: 3, schemas });
const call = encoder(callEndedSchema(), 7)({ tenantId: "t1", id: "u1", cdr: { id: "call-1" } });

export const trigger: Trigger = {
  triggerId: someJob().triggerId,
  tenantId: "t1",
  name: "",
  enabled: true,
  disabledReason: null,
  createdAt: null,
  filters: [],
  action: {
    url,
    method: "POST",
    format: "json",
    customData: { a: "b" },
    retries: 1,
    secrets: [],
    oldSecretsUntil: null,
    headers: {},
    auth: null,
  },
};

export const never = new AbortController().signal;

/** A table that is empty, as old as can be, and in no doubt. */
export const lookup: TriggerLookup = {
  triggersOffset: -1,
  reached: async () => undefined,
  trigger: () => undefined,
  inDoubt: () => undefined,
  settle: async () => undefined,
};

/** The work of one job, with all that it works with; each part can be put in place of another. */
export function setUp(
  changes: { trigger?: Partial<Trigger> | null; deps?: Partial<DeliverJobDeps> } = {},
) {
  const clock = createFakeClock();
  const sender = createFakeHttpSender();
  sender.script(url, { status: 200 });
  const reached: number[] = [];
  const state =
    changes.trigger === null
      ? undefined
      : ({ trigger: { ...trigger, ...changes.trigger }, status: "active" } as const);
  const deliverAside = createDeliverJob({
    triggers: {
      ...lookup,
      reached: async (offset) => void reached.push(offset),
      trigger: () => state,
    },
    endpoints: { admits: () => "send", ended: () => undefined },
    sender,
    jobs: codec,
    calls: createCallSchemas(schemas, clock),
    ladder: createRetryLadder("r.", [2000, 4000]),
    deadTopic: "dead",
    clock,
    maxRetryAfterMs: 60_000,
    userAgent: "onhook/1.2.3",
    ...changes.deps,
  });
  const deliver = (from: LogRecord, signal: AbortSignal) =>
    deliverAside(from, signal, (wait) => wait(signal));
  return { deliver, sender, clock, reached };
}

/** A record with a job of this call. */
export const record = (headers: Record<string, string> = {}, job: Partial<DeliveryJob> = {}) =>
  someRecord({ headers, value: codec.encode(someJob({ call, ...job })) });
