import type { Type } from "avsc";
import { OnhookError } from "../errors.ts";
import { avroTree } from "./avro-tree.ts";
import { avroType } from "./avro-type.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { valueReader } from "./value-reader.ts";
import { headerLength, schemaIdOf, writeHeader } from "./wire-format.ts";
import { SingleFlight } from "../runtime/single-flight.ts";

/** Port: where schemas come from. Ids never change their meaning, so an implementation caches for ever. */
export interface SchemaSource {
  /**
   * The parsed Avro schema behind an id.
   * Rejects with SCHEMA_UNKNOWN when the registry has no such id, REGISTRY_UNREACHABLE when it can't be asked.
   */
  get(id: number): Promise<unknown>;
}

/** A buffer of so many bytes, which hold anything. */
export type Allocate = (bytes: number) => Buffer;

/** Encodes and decodes one of Onhook's own records in the Confluent wire format. */
export interface RecordCodec<T> {
  /** Into what `allocate` gives, or memory of its own. Throws AVRO_ENCODE when the value does not fit the schema. */
  encode(value: T, allocate?: Allocate): Buffer;
  /**
   * Reads with the writer's schema, resolved to ours, so that older and newer writers can share a topic.
   * Rejects with WIRE_FORMAT, AVRO_DECODE, SCHEMA_UNKNOWN or REGISTRY_UNREACHABLE.
   */
  decode(value: Buffer | null): Promise<T>;
  /**
   * The same at once, where the writer's schema is known here already, as it nearly always is; undefined where it is not.
   * Throws WIRE_FORMAT, AVRO_DECODE.
   */
  decodeKnown(value: Buffer | null): T | undefined;
  /** The Avro body of a value that was written by the very schema that this version has; null: it was not. */
  ownBody(value: Buffer): Buffer | null;
}

export interface RecordCodecOptions {
  /** The record's schema as this version of Onhook knows it. */
  readonly schema: unknown;
  /** The id under which the registry holds that schema; encoded into every value. */
  readonly schemaId: number;
  readonly schemas: SchemaSource;
}

type Decoder = (value: Buffer) => unknown;
type Resolver = ReturnType<Type["createResolver"]>;

/**
 * avsc reads well-formed bytes well, but believes whatever a count in the bytes claims: six of them can take gigabytes,
 * two can send its skipping backwards for ever. So the bytes are walked over first, in time in proportion to them.
 */
function createDecoder(reader: Type, writerSchema: unknown, schemaId: number): Decoder {
  const writer = avroType(writerSchema);
  const sound = valueReader(avroTree(writerSchema));
  const resolver = resolverOf(reader, writer, schemaId);
  return (value) => {
    try {
      const cursor = new ByteCursor(value, headerLength);
      sound.skip(cursor);
      cursor.atEnd();
      return reader.fromBuffer(value.subarray(headerLength), resolver);
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new OnhookError("AVRO_DECODE", { schemaId, problem }, { cause });
    }
  };
}

/** Values are put together in one place, and copied from there in their right size. */
function createEncoder(
  type: Type,
  schemaId: number,
): (value: unknown, allocate: Allocate) => Buffer {
  let draft = Buffer.allocUnsafeSlow(firstDraftBytes);
  return (value, allocate) => {
    let end = type.encode(value, draft, headerLength);
    while (end < 0) {
      // So many bytes are missing.
      draft = Buffer.allocUnsafeSlow(draft.length - end);
      end = type.encode(value, draft, headerLength);
    }
    writeHeader(draft, schemaId);
    const encoded = allocate(end);
    draft.copy(encoded, 0, 0, end);
    return encoded;
  };
}

const firstDraftBytes = 16 * 1024;

/** Throws AVRO_DECODE: a value of another record altogether must not be taken for a fault that passes. */
function resolverOf(reader: Type, writer: Type, schemaId: number): Resolver {
  try {
    return reader.createResolver(writer);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new OnhookError("AVRO_DECODE", { schemaId, problem }, { cause });
  }
}

/** Makes the codec of one record type. Writers' schemas are resolved once per id. */
export function createRecordCodec<T>(options: RecordCodecOptions): RecordCodec<T> {
  const reader = avroType(options.schema);
  const encode = createEncoder(reader, options.schemaId);
  const decoders = new Map<number, Decoder>();

  const making = new SingleFlight<number, Decoder>();

  async function make(schemaId: number): Promise<Decoder> {
    const schema =
      schemaId === options.schemaId ? options.schema : await options.schemas.get(schemaId);
    const decoder = createDecoder(reader, schema, schemaId);
    decoders.set(schemaId, decoder);
    return decoder;
  }

  return {
    encode(value, allocate = (bytes) => Buffer.allocUnsafe(bytes)) {
      try {
        return encode(value, allocate);
      } catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        throw new OnhookError("AVRO_ENCODE", { problem }, { cause });
      }
    },
    decodeKnown: (value) => decoders.get(schemaIdOf(value))?.(value as Buffer) as T | undefined,
    async decode(value) {
      const schemaId = schemaIdOf(value);
      const decode = decoders.get(schemaId) ?? (await making.do(schemaId, () => make(schemaId)));
      return decode(value as Buffer) as T;
    },
    ownBody(value) {
      const isOwn = value.length >= headerLength && value[0] === 0;
      if (!isOwn || value.readInt32BE(1) !== options.schemaId) return null;
      return value.subarray(headerLength);
    },
  };
}
