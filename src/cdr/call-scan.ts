import { behindNull } from "../avro/avro-tree.ts";
import type { AvroRecord, AvroTree } from "../avro/avro-tree.ts";
import { ByteCursor } from "../avro/byte-cursor.ts";
import { put } from "../avro/value-reader.ts";
import type { RecordReader, ValueReader } from "../avro/value-reader.ts";
import type { CallEnded, Cdr } from "./call-ended.ts";

/** The forms of a field's bytes that can be looked at in place; `optional` is added for a union of null and that, null first. */
export const fieldForms = { other: 0, text: 1, whole: 2, double: 3, optional: 4 } as const;

function formOf(tree: AvroTree): number {
  if (tree.kind === "string") return fieldForms.text;
  if (tree.kind === "int" || tree.kind === "long") return fieldForms.whole;
  if (tree.kind === "double") return fieldForms.double;
  const optional = behindNull(tree);
  if (optional === undefined) return fieldForms.other;
  const form = formOf(optional);
  return form === fieldForms.other ? form : form + fieldForms.optional;
}

/** Where the CDR's own fields stand in the values of one writer's schema: all of the schema's calls share it. */
export class CallLayout {
  readonly #positions: ReadonlyMap<string, number>;
  readonly names: readonly string[];
  /** Of each field, one of `fieldForms`. */
  readonly forms: Uint8Array;
  readonly #wanted = new WeakMap<ReadonlySet<string>, readonly number[]>();

  constructor({ fields }: AvroRecord) {
    this.names = fields.map(({ name }) => name);
    this.#positions = new Map(this.names.map((name, position) => [name, position]));
    this.forms = Uint8Array.from(fields, ({ type }) => formOf(type));
  }

  /** The place of a field among the record's; -1 where the schema does not have it. */
  positionOf(name: string): number {
    return this.#positions.get(name) ?? -1;
  }

  /** Where the id and the fields of these names stand, in the schema's order. Kept as long as the set is. */
  positionsOf(names: ReadonlySet<string>): readonly number[] {
    let wanted = this.#wanted.get(names);
    if (wanted === undefined) {
      wanted = this.names.flatMap((name, position) =>
        name === "id" || names.has(name) ? [position] : [],
      );
      this.#wanted.set(names, wanted);
    }
    return wanted;
  }
}

/** How a call is read: its fields in the schema's order, and the one among them that is the CDR. */
export interface CallReaders {
  readonly fields: readonly { readonly name: string; readonly reader: ValueReader }[];
  readonly cdr: RecordReader;
}

/**
 * A call whose bytes are known to be sound and of whose fields is known where they begin, but of which nothing has been
 * read. It is filled anew for the next call of its schema: what is asked for has to be asked before.
 */
export class CallScan {
  readonly layout: CallLayout;
  /** The whole Kafka value, header included. */
  value: Buffer = Buffer.alloc(0);
  /** At which byte of the value each of the CDR's fields begins. */
  readonly starts: Int32Array;
  readonly #readers: CallReaders;
  readonly #tenantId: ValueReader;
  readonly #id: ValueReader | undefined;
  #tenantIdAt = 0;
  #idAt = 0;
  #projected: { readonly fields: ReadonlySet<string>; readonly call: CallEnded } | null = null;

  constructor(layout: CallLayout, readers: CallReaders) {
    const readerOf = (wanted: string): ValueReader | undefined =>
      readers.fields.find(({ name }) => name === wanted)?.reader;
    this.layout = layout;
    this.#readers = readers;
    this.#tenantId = readerOf("tenantId") as ValueReader;
    this.#id = readerOf("id");
    this.starts = new Int32Array(layout.names.length);
  }

  /** Makes it that of another call, which it finds sound from the cursor's place to its end. Throws MalformedBytes. */
  take(value: Buffer, cursor: ByteCursor): void {
    this.value = value;
    this.#projected = null;
    for (const { name, reader } of this.#readers.fields) {
      if (name === "cdr") {
        this.#readers.cdr.locate(cursor, this.starts);
        continue;
      }
      if (name === "tenantId") this.#tenantIdAt = cursor.position;
      else if (name === "id") this.#idAt = cursor.position;
      reader.skip(cursor);
    }
    cursor.atEnd();
  }

  /**
   * The call, decoded; of its CDR only the id and the top-level fields that are named. Names that the schema does not
   * have are ignored.
   */
  project(fields: ReadonlySet<string>): CallEnded {
    if (this.#projected?.fields === fields) return this.#projected.call;
    const cdr: Record<string, unknown> = {};
    for (const position of this.layout.positionsOf(fields)) {
      const reader = this.#readers.cdr.fields[position] as ValueReader;
      const read = this.#read(reader, this.starts[position] as number);
      put(cdr, this.layout.names[position] as string, read);
    }
    const call: CallEnded = {
      tenantId: this.#read(this.#tenantId, this.#tenantIdAt) as string,
      id: this.#id === undefined ? null : (this.#read(this.#id, this.#idAt) as string | null),
      cdr: cdr as Cdr,
    };
    this.#projected = { fields, call };
    return call;
  }

  #read(reader: ValueReader, at: number): unknown {
    return reader.read(new ByteCursor(this.value, at));
  }
}
