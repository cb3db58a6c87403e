import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { buildPayload, payloadJson } from "../../src/delivery/payload.ts";
import { maskedCall } from "../../src/explaining/masked-call.ts";
import { isHarmless } from "../../src/explaining/masked-values.ts";
import { sampleCall } from "../../src/explaining/sample-call.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { rich, richCalls } from "../cdr/rich-calls.ts";

const { paths } = createFieldCatalog(rich);
const known = new Set(paths);

/** All texts of a value, keys of its maps included, with those about nobody left out. */
function textsOf(value: unknown, path = ""): string[] {
  if (typeof value === "string") return isHarmless(path) ? [] : [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("base64")];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const below = path === "" ? key : `${path}.${key}`;
    return (known.has(below) ? [] : [key]).concat(textsOf(item, below));
  });
}

test("a masked call has nothing of the texts but their last two characters", () => {
  assert(
    property(richCalls, (call) => {
      const masked = new Set(textsOf(maskedCall(call, paths).cdr));
      for (const text of textsOf(call.cdr)) {
        if (text.startsWith("***") || text === "") continue;
        expect(masked.has(text)).toBe(false);
      }
      for (const text of masked) expect(Array.from(text).length).toBeLessThanOrEqual(8);
    }),
  );
});

test("what is masked is shaped as before: the payload has the same properties", () => {
  const call = sampleCall("t");
  const payload = JSON.parse(
    payloadJson(buildPayload({ triggerId: "x", call: maskedCall(call, paths), customData: {} })),
  ) as { cdr: Record<string, unknown> };
  expect(Object.keys(payload.cdr)).toEqual(Object.keys(call.cdr));
  expect(payload).toMatchObject({
    id: "***01",
    cdr: { id: call.cdr.id, dur: 141, cliNum: "***23", tags: { "***1": "***e1" } },
  });
});

test("the sample is a call that the schema takes", () => {
  const call = sampleCall("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
  expect(() => encoder(callEndedSchema())(call)).not.toThrow();
});
