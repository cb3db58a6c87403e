import avro from "avsc";
import type { Schema, Type } from "avsc";
import { OnhookError } from "../errors.ts";

/**
 * Longs beyond 2^53 − 1 become bigints: avsc's own reader throws on them, and a platform may well add a 64-bit id
 * to the CDR one day. Longs within stay numbers.
 */
const safeLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => {
    const value = buffer.readBigInt64LE();
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  },
  toBuffer: (value: number | bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: (value: unknown) => value,
  toJSON: (value: number | bigint) => (typeof value === "bigint" ? value.toString() : value),
  isValid: (value: unknown) => typeof value === "bigint" || Number.isSafeInteger(value),
  compare: (a: number | bigint, b: number | bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/**
 * Builds an Avro type. Unions are unwrapped: a value stands for itself, null where it is absent. Logical types are
 * left as their underlying type.
 * Throws AVRO_SCHEMA when the schema is none.
 */
export function avroType(schema: unknown): Type {
  try {
    return avro.Type.forSchema(schema as Schema, {
      registry: { long: safeLong },
      wrapUnions: "never",
      // Without it every decoded record inherits enumerable methods, which whoever looks at its properties takes for some.
      omitRecordMethods: true,
    });
  } catch (cause) {
    throw new OnhookError(
      "AVRO_SCHEMA",
      { problem: String(cause instanceof Error ? cause.message : cause) },
      { cause },
    );
  }
}
