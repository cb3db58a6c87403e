import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import type { CallEnded } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { buildPayload, payloadJson } from "../../src/delivery/payload.ts";
import type { Payload } from "../../src/delivery/payload.ts";

function fileOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const schema: unknown = JSON.parse(fileOf("schemas/call-ended.avsc"));
const sample = JSON.parse(fileOf("test/samples/payload.json")) as Payload;

/** What the platform writes and Onhook reads. */
function throughAvro(call: object): CallEnded {
  const schemas = { get: () => Promise.reject(new Error("no other schema is needed")) };
  const codec = createRecordCodec<object>({ schema, schemaId: 7, schemas });
  return createCallSchema(7, schema).whole(codec.encode(call));
}

const call: CallEnded = { tenantId: "tenant", id: "user", cdr: { id: "session" } };

test("the sample's call becomes the sample's payload, byte for byte and in its order", () => {
  const { triggerId, id, tenantId, cdr, customData = {} } = sample;
  const payload = buildPayload({
    triggerId,
    call: throughAvro({ tenantId, id, cdr }),
    customData,
  });
  expect(payloadJson(payload)).toBe(JSON.stringify(sample));
});

test("a call about no user is about its tenant", () => {
  const payload = buildPayload({ triggerId: "t", call: { ...call, id: null }, customData: {} });
  expect(payload.id).toBe("tenant");
});

test("an empty id is an id", () => {
  const payload = buildPayload({ triggerId: "t", call: { ...call, id: "" }, customData: {} });
  expect(payload.id).toBe("");
});

test("a trigger without custom data adds none", () => {
  const payload = buildPayload({ triggerId: "t", call, customData: {} });
  expect(payloadJson(payload)).toBe(
    '{"triggerId":"t","id":"user","tenantId":"tenant","cdr":{"id":"session"}}',
  );
});

test("what the call does not have is left out, 0 and the empty text stay", () => {
  const cdr = { id: "session", dur: 0, cause: "", cliNum: null, tags: {}, recordingIds: [] };
  const payload = buildPayload({ triggerId: "t", call: { ...call, cdr }, customData: {} });
  expect(payload.cdr).toEqual({ id: "session", dur: 0, cause: "" });
});

test("a 64-bit integer is written in full, at any depth", () => {
  const cdr = { id: "session", big: 9_223_372_036_854_775_807n, list: [{ n: -(2n ** 63n) }] };
  const payload = buildPayload({ triggerId: "t", call: { ...call, cdr }, customData: {} });
  expect(payloadJson(payload)).toContain(
    '"big":9223372036854775807,"list":[{"n":-9223372036854775808}]',
  );
});

test("half a surrogate pair still makes well-formed JSON", () => {
  const payload = buildPayload({ triggerId: "t", call, customData: { half: "\ud83d" } });
  const json = payloadJson(payload);
  expect(json.isWellFormed()).toBe(true);
  expect(json).toContain('"half":"\\ud83d"');
});
