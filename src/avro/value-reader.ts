import { behindNull } from "./avro-tree.ts";
import type { AvroRecord, AvroTree } from "./avro-tree.ts";
import { MalformedBytes, skipSteps } from "./byte-cursor.ts";
import type { ByteCursor } from "./byte-cursor.ts";

/**
 * Reads the values of one type. `skip` accepts and refuses exactly what `read` does, it only makes nothing of it.
 * avsc is not used here because a CDR may be poison: its arrays and maps allocate and loop for whatever count the bytes
 * claim, and its skipping can be sent backwards. It also loses a map's key `__proto__`, and refuses unions that it could
 * not write.
 */
export interface ValueReader {
  readonly read: (cursor: ByteCursor) => unknown;
  readonly skip: (cursor: ByteCursor) => void;
}

type Known = Map<AvroTree, ValueReader>;

/** Sets an own property, also one called `__proto__`, which an assignment would take for the prototype. */
export function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    target[name] = value;
  }
}

const bytesReader: ValueReader = {
  read: (cursor) => cursor.copy(cursor.length()),
  skip: (cursor) => void cursor.advance(cursor.length()),
};

const scalarReaders = {
  null: { read: () => null, skip: () => undefined },
  boolean: { read: (cursor) => cursor.boolean(), skip: (cursor) => void cursor.boolean() },
  int: { read: (cursor) => cursor.int(), skip: (cursor) => void cursor.int() },
  long: { read: (cursor) => cursor.long(), skip: (cursor) => void cursor.long() },
  float: { read: (cursor) => cursor.float(), skip: (cursor) => void cursor.advance(4) },
  double: { read: (cursor) => cursor.double(), skip: (cursor) => void cursor.advance(8) },
  bytes: bytesReader,
  string: { read: (cursor) => cursor.text(), skip: bytesReader.skip },
} as const satisfies Record<string, ValueReader>;

function enumReader(symbols: readonly string[]): ValueReader {
  const read = (cursor: ByteCursor): string => {
    const symbol = symbols[cursor.int()];
    if (symbol === undefined) throw new MalformedBytes("an enum has no such symbol");
    return symbol;
  };
  return { read, skip: (cursor) => void read(cursor) };
}

function fixedReader(size: number): ValueReader {
  return { read: (cursor) => cursor.copy(size), skip: (cursor) => void cursor.advance(size) };
}

function unionReader(trees: readonly AvroTree[], known: Known): ValueReader {
  const branches = trees.map((tree) => reader(tree, known));
  const branch = (cursor: ByteCursor): ValueReader => {
    const found = branches[cursor.int()];
    if (found === undefined) throw new MalformedBytes("a union has no such branch");
    return found;
  };
  return {
    read: (cursor) => branch(cursor).read(cursor),
    skip: (cursor) => {
      branch(cursor).skip(cursor);
    },
  };
}

function arrayReader(tree: AvroTree, known: Known): ValueReader {
  const items = reader(tree, known);
  return {
    read(cursor) {
      const list: unknown[] = [];
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (; count > 0; count -= 1) list.push(items.read(cursor));
      }
      return list;
    },
    skip(cursor) {
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (; count > 0; count -= 1) items.skip(cursor);
      }
    },
  };
}

function mapReader(tree: AvroTree, known: Known): ValueReader {
  const values = reader(tree, known);
  return {
    read(cursor) {
      const map: Record<string, unknown> = {};
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (; count > 0; count -= 1) put(map, cursor.text(), values.read(cursor));
      }
      return map;
    },
    skip(cursor) {
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (; count > 0; count -= 1) {
          bytesReader.skip(cursor);
          values.skip(cursor);
        }
      }
    },
  };
}

/** Reads a record, or finds its fields without reading them. */
export interface RecordReader extends ValueReader {
  readonly read: (cursor: ByteCursor) => Record<string, unknown>;
  /** Skips the record, and notes in `starts` at which byte each of its fields begins, in their order. */
  readonly locate: (cursor: ByteCursor, starts: Int32Array) => void;
  /** The readers of its fields, in their order. */
  readonly fields: readonly ValueReader[];
}

/** How `ByteCursor.skip` moves over a value. Text and bytes are skipped alike; an enum is not, as its symbols are few. */
function skipStep(tree: AvroTree): number {
  if (tree.kind === "string" || tree.kind === "bytes") return skipSteps.text;
  if (tree.kind === "int") return skipSteps.int;
  const optional = behindNull(tree);
  if (optional === undefined) return skipSteps.other;
  const step = skipStep(optional);
  return step === skipSteps.other ? step : step + skipSteps.optional;
}

function recordReader(tree: AvroRecord, known: Known): RecordReader {
  const names = tree.fields.map((field) => field.name);
  const readers: ValueReader[] = [];
  // With its fields all there from the start, a record of eighty costs half: added one by one, they become a slow table.
  const blank = Object.fromEntries(names.map((name) => [name, null]));
  const steps = Uint8Array.from(tree.fields, ({ type }) => skipStep(type));

  function skipFields(cursor: ByteCursor, starts: Int32Array | null): void {
    cursor.enter();
    for (let index = 0; index < readers.length; index += 1) {
      index = cursor.skip(steps, index, readers.length, starts);
      if (index < readers.length) (readers[index] as ValueReader).skip(cursor);
    }
    cursor.leave();
  }

  const made: RecordReader = {
    read(cursor) {
      const record: Record<string, unknown> = { ...blank };
      cursor.enter();
      for (let index = 0; index < readers.length; index += 1) {
        const value = (readers[index] as ValueReader).read(cursor);
        // The blank record has null already.
        if (value !== null) put(record, names[index] as string, value);
      }
      cursor.leave();
      return record;
    },
    skip: (cursor) => skipFields(cursor, null),
    locate: skipFields,
    fields: readers,
  };
  // Known before its fields are made: they may be of the record's own type.
  known.set(tree, made);
  for (const field of tree.fields) readers.push(reader(field.type, known));
  return made;
}

function reader(tree: AvroTree, known: Known): ValueReader {
  const made = known.get(tree);
  if (made !== undefined) return made;
  if (tree.kind === "record") return recordReader(tree, known);
  if (tree.kind === "array") return arrayReader(tree.items, known);
  if (tree.kind === "map") return mapReader(tree.values, known);
  if (tree.kind === "union") return unionReader(tree.branches, known);
  if (tree.kind === "enum") return enumReader(tree.symbols);
  if (tree.kind === "fixed") return fixedReader(tree.size);
  return scalarReaders[tree.kind];
}

/** Makes the reader of a type; done once per schema, the readers are shared by every value. */
export function valueReader(tree: AvroTree): ValueReader {
  return reader(tree, new Map());
}

/** The same for a record, whose fields can be found. */
export function createRecordReader(tree: AvroRecord): RecordReader {
  return recordReader(tree, new Map());
}
