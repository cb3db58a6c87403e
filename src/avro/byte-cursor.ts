/** Deeper than any CDR; without a limit, bytes of a schema that refers to itself could exhaust the stack. */
const deepest = 100;

/** What `ByteCursor.skip` moves over; `optional` is added for a union of null and that, null first. */
export const skipSteps = { other: 0, text: 1, int: 2, optional: 4 } as const;

/** The bytes are no value of the schema. Its message never quotes them: they are personal data. */
export class MalformedBytes extends Error {}

/**
 * Reads Avro's primitives off a buffer. Every step is checked against the end, so bytes of any content end in a value
 * or in MalformedBytes, after work in proportion to their number.
 */
export class ByteCursor {
  readonly #bytes: Buffer;
  #position: number;
  #itemsLeft: number;
  #depth = 0;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#itemsLeft = bytes.length;
  }

  /** The byte that comes next. */
  get position(): number {
    return this.#position;
  }

  /** Throws unless everything was read. */
  atEnd(): void {
    const left = this.#bytes.length - this.#position;
    if (left > 0) throw new MalformedBytes(`${left} bytes follow the record`);
  }

  /** Moves over `length` bytes and returns where they begin. */
  advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw new MalformedBytes("the record is cut short");
    this.#position = start + length;
    return start;
  }

  boolean(): boolean {
    const byte = this.#bytes[this.advance(1)];
    if (byte !== 0 && byte !== 1) throw new MalformedBytes("a boolean is neither 0 nor 1");
    return byte === 1;
  }

  float(): number {
    return this.#bytes.readFloatLE(this.advance(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.advance(8));
  }

  /** A copy of the next `length` bytes: the buffer itself belongs to the consumer's fetch. */
  copy(length: number): Buffer {
    const start = this.advance(length);
    return Buffer.from(this.#bytes.subarray(start, start + length));
  }

  text(): string {
    const length = this.length();
    const start = this.advance(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  /** A long that counts bytes ahead. */
  length(): number {
    const length = this.long();
    if (typeof length === "bigint" || length < 0) {
      throw new MalformedBytes("a length is negative or beyond the record");
    }
    return length;
  }

  int(): number {
    const value = this.long();
    if (value < -(2 ** 31) || value >= 2 ** 31) throw new MalformedBytes("an int has over 32 bits");
    return Number(value);
  }

  /** A 64-bit integer: a number while that is exact, else a bigint. */
  long(): number | bigint {
    const start = this.#position;
    let zigzag = 0;
    let factor = 1;
    // Seven groups of seven bits are within what a number holds exactly.
    for (let group = 0; group < 7; group += 1) {
      const byte = this.#bytes[this.advance(1)] as number;
      zigzag += (byte & 0x7f) * factor;
      if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      factor *= 128;
    }
    this.#position = start;
    return this.#longInFull();
  }

  #longInFull(): number | bigint {
    let zigzag = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.advance(1)] as number;
      zigzag |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (zigzag >= 1n << 64n) break;
        const value = zigzag & 1n ? -(zigzag >> 1n) - 1n : zigzag >> 1n;
        return Number.isSafeInteger(Number(value)) ? Number(value) : value;
      }
    }
    throw new MalformedBytes("a long has over 64 bits");
  }

  /**
   * Moves over values of the kinds that `steps` names from `from` to before `to`, as the methods above would one by one;
   * stops at one that is `other`, and returns where it has stopped. Most of a call is never looked at: this is the
   * innermost loop of matching. Notes in `starts`, where it is given, at which byte each of them begins.
   */
  skip(steps: Uint8Array, from: number, to: number, starts: Int32Array | null): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let position = this.#position;
    let index = from;
    for (; index < to; index += 1) {
      if (starts !== null) starts[index] = position;
      let step = steps[index] as number;
      if (step >= skipSteps.optional) {
        // A union with null first, of few branches: its index is one byte, 0 or 2.
        const branch = bytes[position];
        if (branch === 0) {
          position += 1;
          continue;
        }
        if (branch !== 2) break;
        step -= skipSteps.optional;
        this.#position = position + 1;
      } else {
        this.#position = position;
      }
      if (step === skipSteps.text) {
        const length = bytes[this.#position] as number;
        // A length of one byte, as most have; what is not even is negative.
        if (length < 0x80 && (length & 1) === 0 && this.#position + 1 + length / 2 <= end)
          this.#position += 1 + length / 2;
        else this.advance(this.length());
      } else if (step === skipSteps.int) {
        if ((bytes[this.#position] as number) < 0x80) this.#position += 1;
        else this.int();
      } else {
        break;
      }
      position = this.#position;
    }
    this.#position = position;
    return index;
  }

  /**
   * How many items the next block of an array or map has; 0 ends it. Each item that takes a byte can be counted
   * against the value's bytes, so a count beyond them is refused before anyone allocates or loops for it.
   */
  block(): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      this.long(); // The block's size in bytes, for readers that jump over it.
    }
    if (count > this.#itemsLeft)
      throw new MalformedBytes("an array or map is longer than the record");
    this.#itemsLeft -= Number(count);
    return Number(count);
  }

  enter(): void {
    this.#depth += 1;
    if (this.#depth > deepest) throw new MalformedBytes(`records nest over ${deepest} deep`);
  }

  leave(): void {
    this.#depth -= 1;
  }
}
