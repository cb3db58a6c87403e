import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEnded } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { callEndedSchema, cdrSchemaOf, encoder, laterSchema } from "./call-bytes.ts";
import { encodeRich, errorOf, richCalls, richNames, richReader } from "./rich-calls.ts";

const plain = callEndedSchema();
const encode = encoder(plain);
const reader = createCallSchema(7, plain);
const smallCall = { tenantId: "t1", id: "u1", cdr: { id: "c1", dur: 10 } };

describe("reading a call whole", () => {
  it("gives every value that was written, as avsc writes it", () => {
    fc.assert(
      fc.property(richCalls, (call) => {
        expect(richReader.whole(encodeRich(call))).toEqual(call);
      }),
    );
  });

  it("gives null for what the call does not have", () => {
    const { cdr } = reader.whole(encode(smallCall));
    expect(cdr).toMatchObject({ id: "c1", dur: 10, answer: null, tags: null });
    expect(Object.keys(cdr)).toEqual(cdrSchemaOf(plain).fields.map(({ name }) => name));
  });

  it("keeps a tag that is called __proto__", () => {
    const tags = JSON.parse('{"__proto__": "x", "a": "y"}') as object;
    const { cdr } = reader.whole(encode({ ...smallCall, cdr: { id: "c1", tags } }));
    expect(JSON.stringify(cdr["tags"])).toBe('{"__proto__":"x","a":"y"}');
  });

  it("copies bytes, because the consumer reuses its buffer", () => {
    const call = fc.sample(richCalls, { numRuns: 1, seed: 1 })[0] as CallEnded;
    const value = encodeRich({ ...call, cdr: { ...call.cdr, hash: Buffer.from("abcd") } });
    const { cdr } = richReader.whole(value);
    value.fill(0);
    expect(String(cdr["hash"])).toBe("abcd");
  });

  it("reads arrays and maps whose blocks carry their size, as other writers make them", () => {
    const schema = laterSchema({ name: "more", type: { type: "array", items: "int" } });
    const withMore = encoder(schema)({ ...smallCall, cdr: { id: "c1", more: [] } });
    // A block of -2 items in 2 bytes: 5 and 6; then one of 1 item: 7; then the end.
    const blocks = Buffer.from([0x03, 0x04, 0x0a, 0x0c, 0x02, 0x0e, 0x00]);
    const value = Buffer.concat([withMore.subarray(0, -1), blocks]);
    expect(createCallSchema(7, schema).whole(value).cdr["more"]).toEqual([5, 6, 7]);
  });
});

describe("reading only some fields", () => {
  it("gives the same values as reading whole, and no other field but the id", () => {
    fc.assert(
      fc.property(richCalls, fc.subarray(richNames), (call, names) => {
        const wanted = new Set(names);
        const value = encodeRich(call);
        const whole = richReader.whole(value);
        const kept = Object.entries(whole.cdr).filter(
          ([name]) => name === "id" || wanted.has(name),
        );
        expect(richReader.scan(value).project(wanted)).toEqual({
          ...whole,
          cdr: Object.fromEntries(kept),
        });
      }),
    );
  });

  it("ignores fields that the writer's version does not have", () => {
    const call = reader.scan(encode(smallCall)).project(new Set(["dur", "invented"]));
    expect(call).toEqual({ tenantId: "t1", id: "u1", cdr: { id: "c1", dur: 10 } });
  });

  it("follows names that are defined in a field which it skips", () => {
    const contact = {
      type: "record",
      name: "Contact",
      fields: [
        { name: "name", type: "string" },
        { name: "boss", type: ["null", "Contact"] },
      ],
    };
    const schema = laterSchema(
      { name: "caller", type: contact },
      { name: "callee", type: ["null", "Contact"] },
      { name: "others", type: { type: "array", items: "io.onhook.Contact" } },
    );
    const callee = { name: "B", boss: { name: "C", boss: null } };
    const cdr = { id: "c1", caller: { name: "A", boss: null }, callee, others: [callee] };
    const call = { tenantId: "t1", id: null, cdr };
    const later = createCallSchema(8, schema);
    const value = encoder(schema)(call);
    expect(later.scan(value).project(new Set(["callee", "others"])).cdr).toEqual({
      id: "c1",
      callee,
      others: [callee],
    });
    expect(later.whole(value)).toMatchObject(call);
  });
});

describe("the tenant's id", () => {
  it("is read where it is the record's first field", () => {
    fc.assert(
      fc.property(richCalls, (call) => {
        expect(richReader.tenantIdOf(encodeRich(call))).toBe(call.tenantId);
      }),
    );
  });

  it("is read behind fields of a later version", () => {
    const schema = callEndedSchema();
    schema.fields.unshift({ name: "trace", type: ["null", { type: "map", values: "bytes" }] });
    const value = encoder(schema)({ ...smallCall, trace: { a: Buffer.from("x") } });
    const later = createCallSchema(9, schema);
    expect(later.tenantIdOf(value)).toBe("t1");
    expect(later.whole(value)).toMatchObject(smallCall);
  });

  it("is read even where the call behind it is broken, of which nothing is decoded", () => {
    expect(
      reader.tenantIdOf(Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 4]), Buffer.from("t1")])),
    ).toBe("t1");
  });

  it.each([
    ["has no length", []],
    ["is cut short", [8, 0x74]],
    ["has a negative length", [3, 0x74]],
    [
      "has a length beyond any buffer",
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ],
    ["has a length without an end", Array.from({ length: 20 }, () => 0x80)],
  ])("is refused when it %s", (_name, bytes) => {
    const value = Buffer.from([0, 0, 0, 0, 7, ...bytes]);
    expect(errorOf(() => reader.tenantIdOf(value)).code).toBe("AVRO_DECODE");
  });
});

describe("schemas of calls", () => {
  it("may have another namespace, order and more fields at every level", () => {
    const schema = callEndedSchema();
    schema["namespace"] = "com.example.telephony.v9";
    schema.fields.reverse();
    schema.fields.push({ name: "region", type: ["null", "string"] });
    const value = encoder(schema)({ ...smallCall, region: "eu" });
    expect(createCallSchema(7, schema).whole(value)).toMatchObject(smallCall);
  });

  it("may leave out the entity's id, which then is null", () => {
    const schema = callEndedSchema();
    schema.fields = schema.fields.filter(({ name }) => name !== "id");
    expect(createCallSchema(7, schema).whole(encoder(schema)(smallCall)).id).toBeNull();
  });

  it("may have unions that are ambiguous to a writer", () => {
    const schema = laterSchema({ name: "odd", type: ["null", "int", "double"] });
    const sound = encoder(callEndedSchema())(smallCall);
    const value = Buffer.concat([sound, Buffer.from([0x02, 0x0a])]);
    expect(createCallSchema(7, schema).whole(value).cdr["odd"]).toBe(5);
  });

  const cdr = { type: "record", name: "Cdr", fields: [{ name: "id", type: "string" }] };
  const tenantId = { name: "tenantId", type: "string" };
  const record = (...fields: unknown[]) => ({ type: "record", name: "Call", fields });
  it.each([
    ["string", "it is not a record"],
    [null, "a type is missing or null"],
    [record({ name: "cdr", type: cdr }), "tenantId is not text"],
    [record({ name: "tenantId", type: "int" }, { name: "cdr", type: cdr }), "tenantId is not text"],
    [record(tenantId), "cdr is not a record"],
    [record(tenantId, { name: "cdr", type: ["null", cdr] }), "cdr is not a record"],
    [record(tenantId, { name: "cdr", type: { ...cdr, fields: [] } }), "cdr.id is not text"],
    [record(tenantId, { name: "id", type: "int" }), "id is neither text nor null"],
    [record({ name: "x", type: "Unknown" }), "no type is called Unknown"],
    [{ type: "record", name: "Call" }, "a type of kind record has no list of fields"],
    [record({ name: "x" }), "a type is missing or undefined"],
  ])("that are no calls are refused with the reason: %j", (schema, problem) => {
    const error = errorOf(() => createCallSchema(7, schema));
    expect([error.code, error.details["problem"]]).toEqual(["CALL_SCHEMA_UNUSABLE", problem]);
  });
});
