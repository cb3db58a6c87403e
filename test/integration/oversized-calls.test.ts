import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import { expect, onTestFinished, test } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { createMatchStage } from "../../src/matching/match-stage.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { maxMatchedRecordBytes } from "../../src/wanted-topics.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { running } from "../contracts/collected.ts";
import { kafkaClient, kafkaLog, keysOf, ownName } from "../contracts/log-under-test.ts";
import { triggerInput } from "../triggers/trigger-input.ts";

const schema = callEndedSchema();
const encode = encoder(schema, 7);
const triggerId = "7c9e6679-7425-40de-944b-000000000001";

const callOf = (id: string, cliName = "Zoë"): Buffer =>
  encode({ tenantId: "t1", id: null, cdr: { id, cliName } });

/** Larger than any topic of the output takes, and small enough for that of the calls once it is compressed. */
const large = "x".repeat(3 * 1024 * 1024);

/** A stage that makes jobs of every call of tenant t1; a job is here the call's id. */
function matching(topics: { readonly jobs: string; readonly invalid: string }) {
  const catalog = createFieldCatalog(schema);
  const table = createTriggerTable({ catalog, allowHttp: false, onTypeMismatch: () => undefined });
  table.applyTrigger({ triggerId, value: triggerInput({ triggerId, filters: [] }), offset: 0 });
  return createMatchStage({
    schemas: createCallSchemas({ get: async () => schema }, systemClock),
    triggers: { tenant: (id) => table.tenant(id), triggersOffset: 0 },
    encodeJob: ({ cdrId, call }) => Buffer.concat([Buffer.from(`${cdrId} `), call]),
    takeTypeMismatches: () => new Map(),
    topics,
    clock: systemClock,
    emit: () => undefined,
  });
}

test("calls that only fit the log compressed are quarantined without their value, and all others go on", async () => {
  const kafka = kafkaClient();
  const log = kafkaLog({ kafka });
  const [topic, jobs, invalid] = [ownName("cdr"), ownName("jobs"), ownName("invalid")];
  const room = { "max.message.bytes": String(2 * 1024 * 1024) };
  await log.createTopic(topic, 2);
  for (const each of [jobs, invalid]) await log.createTopic(each, 1, room);
  const [here, elsewhere] = keysOf(log, 2) as [string, string];
  const producer = kafka.producer();
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  const send = (key: string, ...values: Buffer[]) =>
    producer.send({
      topic,
      messages: values.map((value) => ({ key, value, headers: { source: "pbx" } })),
      compression: kafkajs.CompressionTypes.GZIP,
    });
  await send(here, callOf("a"), Buffer.from(large), callOf("too-large", large), callOf("b"));
  await send(elsewhere, callOf("c"));

  const stage = matching({ jobs, invalid });
  const groupId = ownName(randomUUID());
  const processor = log.processor(groupId, topic);
  const transform: Parameters<typeof processor.run>[0] = (batch) =>
    stage.transform(batch, maxMatchedRecordBytes);
  const run = running((signal) => processor.run(transform, signal));
  onTestFinished(() => run.stop());
  const committed = (partition: number) => log.committed(groupId, { topic, partition });
  await expect.poll(() => committed(0), { timeout: 30_000 }).toBe(4);
  await expect.poll(() => committed(1), { timeout: 30_000 }).toBe(1);

  const ids = (await log.read(jobs)).map(({ value }) => String(value).split(" ")[0]);
  expect(new Set(ids)).toEqual(new Set(["a", "b", "c"]));
  expect(ids).toHaveLength(3);
  const quarantined = (await log.read(invalid)).map(({ key, value, headers }) => ({
    key: String(key),
    value,
    source: String(headers["source"]),
    code: String(headers["onhook-error-code"]),
    offset: String(headers["onhook-source-offset"]),
  }));
  const each = { key: here, value: null, source: "pbx", code: "RECORD_TOO_LARGE" };
  expect(quarantined).toEqual([
    { ...each, offset: "1" },
    { ...each, offset: "2" },
  ]);
});
