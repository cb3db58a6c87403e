import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { payloadCdr } from "../../src/cdr/payload-value.ts";
import { callEndedSchema, encoder } from "./call-bytes.ts";
import { richCalls } from "./rich-calls.ts";

const sample = JSON.parse(
  readFileSync(new URL("../samples/payload.json", import.meta.url), "utf8"),
) as { cdr: { id: string } };

describe("the CDR of a payload", () => {
  it("is the sample's, to the order of its properties, after the way through Avro", () => {
    const schema = callEndedSchema();
    const value = encoder(schema)({ tenantId: "t1", id: null, cdr: sample.cdr });
    const payload = payloadCdr(createCallSchema(7, schema).whole(value).cdr);
    expect(JSON.stringify(payload)).toBe(JSON.stringify(sample.cdr));
  });

  it("keeps 0, empty text and false", () => {
    const cdr = { id: "", dur: 0, vip: false, rateCost: -0 };
    expect(payloadCdr(cdr)).toEqual(cdr);
  });

  it("leaves out what is absent, at any depth", () => {
    const matches = [{ dirName: "A", dirId: null, fields: { title: null, email: "" } }];
    expect(
      payloadCdr({ id: "c1", answer: null, ring: undefined, directoryMatches: matches }),
    ).toEqual({
      id: "c1",
      directoryMatches: [{ dirName: "A", fields: { email: "" } }],
    });
  });

  it("leaves out empty arrays, maps and records, and what holds nothing else", () => {
    const cdr = {
      id: "c1",
      recordingIds: [],
      tags: {},
      directoryMatches: [{ dirName: null, fields: { title: null } }],
      grid: [[], [1], []],
      notes: [null, "a"],
    };
    expect(payloadCdr(cdr)).toEqual({ id: "c1", grid: [[1]], notes: ["a"] });
  });

  it("leaves out numbers that no decimal can write", () => {
    expect(payloadCdr({ id: "c1", rateCost: NaN, score: [Infinity, 1] })).toEqual({
      id: "c1",
      score: [1],
    });
  });

  it("writes bytes in base64 and keeps a long beyond 2^53 a bigint", () => {
    const cdr = {
      id: "c1",
      hash: Buffer.from([0xfb, 0xff]),
      empty: Buffer.alloc(0),
      key: 2n ** 60n,
    };
    expect(payloadCdr(cdr)).toEqual({ id: "c1", hash: "+/8=", empty: "", key: 2n ** 60n });
  });

  it("keeps a tag that is called __proto__", () => {
    const cdr = JSON.parse('{"id":"c1","tags":{"__proto__":"x"}}') as object;
    expect(JSON.stringify(payloadCdr(cdr))).toBe('{"id":"c1","tags":{"__proto__":"x"}}');
  });

  it("never has a null, an empty list or an empty object below it, whatever the call", () => {
    const check = (value: unknown): void => {
      expect(value).not.toBeNull();
      if (typeof value !== "object") return;
      expect(Object.keys(value as object)).not.toEqual([]);
      for (const inner of Object.values(value as object)) check(inner);
    };
    fc.assert(
      fc.property(richCalls, ({ cdr }) => {
        check(payloadCdr(cdr));
      }),
    );
  });
});
