import type * as fc from "fast-check";
import type { CallEnded } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { OnhookError } from "../../src/errors.ts";
import { cdrSchemaOf, encoder, laterSchema } from "./call-bytes.ts";
import { valuesOf } from "./schema-values.ts";

/** A later version with every type that Avro has. */
export const rich = laterSchema(
  { name: "queuePath", type: ["null", { type: "array", items: "string" }] },
  { name: "callKey", type: "long" },
  { name: "asked", type: { type: "long", logicalType: "timestamp-micros" } },
  { name: "vip", type: "boolean" },
  { name: "score", type: ["null", "float"] },
  { name: "mood", type: { type: "enum", name: "Mood", symbols: ["GOOD", "BAD"] } },
  { name: "hash", type: { type: "fixed", name: "Hash", size: 4 } },
  { name: "blob", type: ["null", "bytes"] },
  {
    name: "survey",
    type: [
      "null",
      {
        type: "record",
        name: "Survey",
        fields: [
          { name: "stars", type: "int" },
          { name: "answers", type: { type: "map", values: ["null", "string", "double"] } },
          { name: "grid", type: { type: "array", items: { type: "array", items: "long" } } },
        ],
      },
    ],
  },
);
export const richNames = cdrSchemaOf(rich).fields.map(({ name }) => name);
/** Any calls of that version. */
export const richCalls = valuesOf(rich) as fc.Arbitrary<CallEnded>;
export const encodeRich = encoder(rich);
export const richReader = createCallSchema(7, rich);

/** The error that `action` throws; fails when it throws none. */
export function errorOf(action: () => unknown): OnhookError {
  try {
    action();
  } catch (error) {
    if (error instanceof OnhookError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
