import { headerLength } from "../avro/wire-format.ts";
import { OnhookError } from "../errors.ts";
import type { AvroRecord } from "../avro/avro-tree.ts";
import { ByteCursor } from "../avro/byte-cursor.ts";
import type { CallEnded, Cdr } from "./call-ended.ts";
import { callTree } from "./call-tree.ts";
import { createRecordReader, valueReader } from "../avro/value-reader.ts";
import type { ValueReader } from "../avro/value-reader.ts";

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
   * A reader that decodes of the CDR only its id and the top-level fields that are named; names that the schema does not
   * have are ignored. Kept as long as the set is: pass the same set again to get the same reader.
   */
  projection(cdrFields: ReadonlySet<string>): (value: Buffer) => CallEnded;
}

/** Where the id and the fields of these names stand in the CDR. */
function positionsOf({ fields }: AvroRecord, names: ReadonlySet<string>): number[] {
  return fields.flatMap(({ name }, index) => (name === "id" || names.has(name) ? [index] : []));
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

  function readCall(cursor: ByteCursor, readCdr: ValueReader["read"]): CallEnded {
    const call: { tenantId: string; id: string | null; cdr?: Cdr } = { tenantId: "", id: null };
    for (const { name, reader } of fields) {
      if (name === "tenantId") call.tenantId = reader.read(cursor) as string;
      else if (name === "id") call.id = reader.read(cursor) as string | null;
      else if (name === "cdr") call.cdr = readCdr(cursor) as Cdr;
      else reader.skip(cursor);
    }
    cursor.atEnd();
    return call as CallEnded;
  }

  function project(cdrFields: ReadonlySet<string>): (value: Buffer) => CallEnded {
    const wanted = positionsOf(tree.cdr, cdrFields);
    const readCdr = (cursor: ByteCursor): unknown => cdrReader.read(cursor, wanted);
    return (value) => decode(value, (cursor) => readCall(cursor, readCdr));
  }

  const projections = new WeakMap<ReadonlySet<string>, (value: Buffer) => CallEnded>();

  return {
    schemaId,
    tenantIdOf: (value) =>
      decode(value, (cursor) => {
        for (const { reader } of beforeTenantId) reader.skip(cursor);
        return cursor.text();
      }),
    whole: (value) =>
      decode(value, (cursor) => readCall(cursor, (cursor) => cdrReader.read(cursor))),
    projection(cdrFields) {
      let projection = projections.get(cdrFields);
      if (projection === undefined) {
        projection = project(cdrFields);
        projections.set(cdrFields, projection);
      }
      return projection;
    },
  };
}
