import { headerLength } from "../avro/wire-format.ts";
import { OnhookError } from "../errors.ts";
import { ByteCursor } from "../avro/byte-cursor.ts";
import type { CallEnded, Cdr } from "./call-ended.ts";
import { CallLayout, CallScan } from "./call-scan.ts";
import { callTree } from "./call-tree.ts";
import { createRecordReader, valueReader } from "../avro/value-reader.ts";

/**
 * Reads calls that were written with one schema. Every `value` is a record's whole Kafka value, header included.
 * All but `tenantIdOf` look at every byte, so they agree on which values are sound: they throw AVRO_DECODE on bytes
 * that are cut short, go on after the record, or are no value of the schema.
 */
export interface CallSchema {
  readonly schemaId: number;
  /** Decodes nothing but the tenant's id, and looks no further than it. Throws AVRO_DECODE. */
  tenantIdOf(value: Buffer): string;
  whole(value: Buffer): CallEnded;
  /**
   * Looks over the call without decoding anything. There is one scan for the schema: what it says is of the call that was
   * scanned last. Throws AVRO_DECODE.
   */
  scan(value: Buffer): CallScan;
}

/**
 * Makes the readers of one writer's schema.
 * Throws CALL_SCHEMA_UNUSABLE, naming the problem, when that is no schema of CallEnded.
 */
export function createCallSchema(schemaId: number, avro: unknown): CallSchema {
  const tree = callTree(avro);
  const cdrReader = createRecordReader(tree.cdr);
  const fields = tree.fields.map(({ name, type }) => ({
    name,
    reader: type === tree.cdr ? cdrReader : valueReader(type),
  }));
  const beforeTenantId = fields.slice(
    0,
    fields.findIndex((field) => field.name === "tenantId"),
  );

  function decode<T>(value: Buffer, read: (cursor: ByteCursor) => T): T {
    try {
      return read(new ByteCursor(value, headerLength));
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new OnhookError("AVRO_DECODE", { schemaId, problem }, { cause });
    }
  }

  function readCall(cursor: ByteCursor): CallEnded {
    const call: { tenantId: string; id: string | null; cdr?: Cdr } = { tenantId: "", id: null };
    for (const { name, reader } of fields) {
      if (name === "tenantId") call.tenantId = reader.read(cursor) as string;
      else if (name === "id") call.id = reader.read(cursor) as string | null;
      else if (name === "cdr") call.cdr = cdrReader.read(cursor) as Cdr;
      else reader.skip(cursor);
    }
    cursor.atEnd();
    return call as CallEnded;
  }

  const scan = new CallScan(new CallLayout(tree.cdr), { fields, cdr: cdrReader });

  return {
    schemaId,
    tenantIdOf: (value) =>
      decode(value, (cursor) => {
        for (const { reader } of beforeTenantId) reader.skip(cursor);
        return cursor.text();
      }),
    whole: (value) => decode(value, readCall),
    scan(value) {
      decode(value, (cursor) => scan.take(value, cursor));
      return scan;
    },
  };
}
