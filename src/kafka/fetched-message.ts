import type { IHeaders } from "kafkajs";

/** What the records of one batch share. */
export interface BatchContext {
  /** Offset and time (ms since the epoch) that the records' own count from. */
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  /** The time of all of them, where the broker stamps them; null where each has its own. */
  readonly appendedAt: number | null;
  readonly producerId: string;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
}

const noHeaders: IHeaders = {};

/**
 * A record as it lies in a fetch. Nothing of it is made before somebody asks: kafkajs makes a copy of each number as
 * text, and three views of its bytes, which takes it longer than all that matching a call does. Has the shape of what
 * kafkajs makes.
 */
export class FetchedMessage {
  readonly #bytes: Buffer;
  readonly #keyAt: number;
  readonly #keyLength: number;
  readonly #valueAt: number;
  readonly #valueLength: number;
  readonly #headersAt: number;
  readonly offsetNumber: number;
  readonly timestampMs: number;
  readonly attributes = 0;
  readonly batchContext: BatchContext;
  isControlRecord: boolean;

  /** Reads the record that begins behind its length at `cursor`. A length of -1 is null. */
  constructor(cursor: FetchCursor, batchContext: BatchContext) {
    this.#bytes = cursor.bytes;
    this.batchContext = batchContext;
    this.isControlRecord = batchContext.isControlBatch;
    cursor.position += 1; // Attributes, which no record has so far.
    const timestampDelta = cursor.varint();
    this.timestampMs = batchContext.appendedAt ?? batchContext.firstTimestamp + timestampDelta;
    this.offsetNumber = batchContext.firstOffset + cursor.varint();
    this.#keyLength = cursor.varint();
    this.#keyAt = cursor.position;
    cursor.position += Math.max(0, this.#keyLength);
    this.#valueLength = cursor.varint();
    this.#valueAt = cursor.position;
    cursor.position += Math.max(0, this.#valueLength);
    this.#headersAt = cursor.position;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get timestamp(): string {
    return String(this.timestampMs);
  }

  get key(): Buffer | null {
    return this.#slice(this.#keyAt, this.#keyLength);
  }

  get value(): Buffer | null {
    return this.#slice(this.#valueAt, this.#valueLength);
  }

  get hasHeaders(): boolean {
    return this.#bytes[this.#headersAt] !== 0;
  }

  /** By name; a list of those that have the same. */
  get headers(): IHeaders {
    if (!this.hasHeaders) return noHeaders;
    const cursor = new FetchCursor(this.#bytes, this.#headersAt);
    const headers: Record<string, Buffer | Buffer[]> = {};
    for (let left = cursor.varint(); left > 0; left -= 1) {
      const name = cursor.take(cursor.varint())?.toString("utf8") ?? "";
      const value = cursor.take(cursor.varint()) as Buffer;
      const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
      headers[name] = before === undefined ? value : [before, value].flat();
    }
    return headers;
  }

  #slice(at: number, length: number): Buffer | null {
    return length < 0 ? null : this.#bytes.subarray(at, at + length);
  }
}

/** Reads the protocol's numbers off a buffer. Source: Kafka protocol guide, Record Batch. */
export class FetchCursor {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#advance(4));
  }

  /** A number: offsets, times and ids are whole numbers that it holds exactly. */
  int64(): number {
    const high = this.bytes.readInt32BE(this.#advance(4));
    return high * 2 ** 32 + this.bytes.readUInt32BE(this.#advance(4));
  }

  text(): string {
    const length = this.int16();
    return this.take(length)?.toString("utf8") ?? "";
  }

  /** A view of the next bytes; null where the length is -1. */
  take(length: number): Buffer | null {
    if (length < 0) return null;
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  /** A zigzag number of up to 64 bits. */
  varint(): number {
    const first = this.bytes[this.position] as number;
    if (first < 0x80) {
      this.position += 1;
      return (first >>> 1) ^ -(first & 1);
    }
    let zigzag = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.#advance(1)];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError("a number has no end");
      zigzag += (byte & 0x7f) * factor;
      if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      factor *= 128;
    }
  }

  #advance(by: number): number {
    const at = this.position;
    this.position = at + by;
    return at;
  }
}
