import { OnhookError } from "../errors.ts";

/** Length of the header before the Avro body: magic 0 and a 4-byte schema id. Source: the Confluent wire format. */
export const headerLength = 5;

/**
 * Reads the id of the writer's schema from a record's value.
 * Throws WIRE_FORMAT when the value is missing, too short, or does not begin with magic 0.
 */
export function schemaIdOf(value: Buffer | null): number {
  if (value === null) throw new OnhookError("WIRE_FORMAT", { problem: "the value is null" });
  if (value.length < headerLength) {
    throw new OnhookError("WIRE_FORMAT", { problem: `the value has only ${value.length} bytes` });
  }
  if (value[0] !== 0) {
    throw new OnhookError("WIRE_FORMAT", { problem: `the first byte is ${value[0]}, not 0` });
  }
  return value.readInt32BE(1);
}

/** Writes the header in front of an Avro body; `target` must have room for it. */
export function writeHeader(target: Buffer, schemaId: number): void {
  target[0] = 0;
  target.writeInt32BE(schemaId, 1);
}
