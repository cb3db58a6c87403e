import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { followRecords, headersOf } from "../support/e2e-records.ts";
import type { Followed } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";
import type { LogRecord } from "../../src/log/log-record.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "wrong-records");
const tenantId = newTenantId();
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;
let invalid: Followed<LogRecord>;
let dead: Followed<LogRecord>;
let callSchemaId: number;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = await startHooks();
  platform = await createPlatform(stack, topics);
  callSchemaId = await platform.register(topics.cdr, schemaFile("call-ended"));
  invalid = await followRecords(stack, topics.invalid);
  dead = await followRecords(stack, topics.dead);
  service = await startReadyService(env);
  const trigger = triggerOf({ tenantId, url: `${hooks.url}/good` });
  await service.hasApplied(await platform.putTrigger(trigger));
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await invalid?.[Symbol.asyncDispose]();
  await dead?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

async function theFlowGoesOn(): Promise<void> {
  const before = hooks.all.length;
  await platform.call(callOf(tenantId));
  await hooks.until(() => hooks.all.length === before + 1);
}

/** A sound call's Avro, without its head. */
const soundBody = (): Buffer => avroTypeOf(schemaFile("call-ended")).toBuffer(callOf(tenantId));

const unknownId = 2 ** 31 - 1;

test.each([
  ["no value at all", () => null, "WIRE_FORMAT", "the value is null"],
  ["too few bytes", () => Buffer.from([0, 0, 0]), "WIRE_FORMAT", "only 3 bytes"],
  ["JSON", () => Buffer.from('{"tenantId":"x"}'), "WIRE_FORMAT", "the first byte is 123"],
  ["an unknown schema", () => wireBytes(unknownId, soundBody()), "SCHEMA_UNKNOWN", `${unknownId}`],
  [
    "Avro that is cut off",
    () => wireBytes(callSchemaId, soundBody().subarray(0, 20)),
    "AVRO_DECODE",
    "cut short",
  ],
  [
    "more than the Avro record",
    () => wireBytes(callSchemaId, Buffer.concat([soundBody(), Buffer.from("!")])),
    "AVRO_DECODE",
    "1 bytes follow",
  ],
])(
  "a CDR of %s ends in quarantine with its cause, and the flow goes on",
  async (_what, bytes, code, cause) => {
    const before = invalid.all.length;
    const value = bytes();
    const key = randomUUID();
    const offset = await platform.send(topics.cdr, key, value);
    await invalid.until(() => invalid.all.length > before);
    const record = invalid.all[before] as LogRecord;
    expect(String(record.key)).toBe(key);
    expect(record.value).toEqual(value);
    const headers = headersOf(record);
    expect(headers).toMatchObject({
      "onhook-error-code": code,
      "onhook-source-topic": topics.cdr,
      "onhook-source-offset": String(offset),
    });
    expect(headers["onhook-error"]).toContain(cause);
    await theFlowGoesOn();
  },
);

test("a CDR by a schema that is no call's ends in quarantine", async () => {
  const schema = { type: "record", name: "Other", fields: [{ name: "x", type: "int" }] } as const;
  const id = await platform.register(`${topics.cdr}.other`, schema as never);
  const before = invalid.all.length;
  await platform.send(topics.cdr, null, wireBytes(id, Buffer.from([2])));
  await invalid.until(() => invalid.all.length > before);
  const headers = headersOf(invalid.all[before] as LogRecord);
  expect(headers["onhook-error-code"]).toBe("CALL_SCHEMA_UNUSABLE");
  expect(headers["onhook-error"]).toContain("tenantId");
  await theFlowGoesOn();
});

test("a CDR as large as the broker takes goes through", async () => {
  const before = hooks.all.length;
  const call = callOf(tenantId, { tags: { note: "x".repeat(1_040_000) } });
  await platform.call(call);
  await hooks.until(() => hooks.all.length > before);
  expect(hooks.all[before]?.body.length).toBeGreaterThan(1_040_000);
});

test("a record among the jobs that is none ends dead, and `dead list` names it", async () => {
  await platform.send(topics.jobs, "no-trigger", Buffer.from("no job"));
  await dead.until(() => dead.all.length === 1);
  const headers = headersOf(dead.all[0] as LogRecord);
  expect(headers["onhook-dead-reason"]).toBe("undecodable");
  expect(headers["onhook-dead-error"]).toContain("Confluent wire format");
  await theFlowGoesOn();
  const listed = JSON.parse(await mustRun(["dead", "list", "--json"], { env })) as object;
  expect(listed).toMatchObject({ reason: "undecodable", triggerId: "no-trigger", jobId: null });
});

test.each([
  ["triggers", "a trigger", "WIRE_FORMAT"],
  ["tenants", "a tenant", "WIRE_FORMAT"],
] as const)(
  "an event of %s that is not %s is refused with its cause",
  async (table, _what, cause) => {
    const key = randomUUID();
    await platform.send(topics[table], key, Buffer.from("nonsense"));
    const line = await service.line((each) => each["key"] === key);
    expect(line).toMatchObject({ table, result: "refused", level: "warn" });
    expect(line["problems"]).toEqual([expect.stringContaining(cause)]);
    await theFlowGoesOn();
  },
);

test("all of it was counted, and none of it in the log", async () => {
  expect(await service.metric("onhook_cdrs_total", { result: "invalid" })).toBe(7);
  expect(await service.metric("onhook_dead_total", { reason: "undecodable" })).toBe(1);
  expect(await service.metric("onhook_store_events_total", { result: "refused" })).toBe(2);
  expect(JSON.stringify(service.log)).not.toMatch(/nonsense|"x":|no job/);
});
