import { readFileSync } from "node:fs";
import { avroType } from "../../src/avro/avro-type.ts";
import { headerLength, writeHeader } from "../../src/avro/wire-format.ts";

type Json = Record<string, unknown>;

interface RecordSchema extends Json {
  fields: { name: string; type: unknown; default?: unknown }[];
}

/** A fresh copy of schemas/call-ended.avsc. */
export function callEndedSchema(): RecordSchema {
  const path = new URL("../../schemas/call-ended.avsc", import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as RecordSchema;
}

/** The CDR's own schema within that of a call. */
export function cdrSchemaOf(call: RecordSchema): RecordSchema {
  return call.fields.find(({ name }) => name === "cdr")?.type as RecordSchema;
}

/** The schema of a later version: the CDR has more fields, at its end. */
export function laterSchema(...fields: RecordSchema["fields"]): RecordSchema {
  const call = callEndedSchema();
  cdrSchemaOf(call).fields.push(...fields);
  return call;
}

/** avsc writes 64-bit longs only where the schema calls them plainly "long". */
function plainLong(_key: string, schema: unknown): unknown {
  const { type, name } = (schema ?? {}) as Json;
  return type === "long" && name === undefined ? "long" : schema;
}

/** Writes a value as it stands on the topic; by avsc, so that reader and writer are not of one hand. */
export function encoder(schema: unknown, schemaId = 7): (value: unknown) => Buffer {
  const type = avroType(JSON.parse(JSON.stringify(schema), plainLong));
  return (value) => {
    const header = Buffer.alloc(headerLength);
    writeHeader(header, schemaId);
    return Buffer.concat([header, type.toBuffer(value)]);
  };
}
