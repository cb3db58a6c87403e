import { OnhookError } from "../errors.ts";
import type { FrameMemory } from "./frame-memory.ts";

/** What comes of a connection at once goes here first, unless more than that is missing of a frame. */
const stagingBytes = 64 * 1024;

/** Each frame begins with its size, which does not count itself. Source: Kafka protocol guide, Protocol Primitives. */
const sizeBytes = 4;

/**
 * More than match.maxBatchBytes allows, and less than what the begin of a TLS alert or of an answer of HTTP would be as a
 * size: whoever seems to answer with so much is no broker.
 */
const mostFrameBytes = 128 * 1024 * 1024;

/**
 * Cuts what comes of a connection into frames: a broker's answers, each with its size in front. The connection reads
 * into `target()` and says by `read` how much that was; what is large is read to where it stays.
 */
export class FrameReader {
  readonly #memory: FrameMemory;
  readonly #onFrame: (frame: Buffer) => void;
  readonly #staging = Buffer.allocUnsafeSlow(stagingBytes);
  /** The size of the frame that comes next, as far as it has come. */
  readonly #size = Buffer.alloc(sizeBytes);
  #sizeRead = 0;
  /** The frame that is coming, its size in front, and how much of it is there. */
  #frame: Buffer | null = null;
  #frameRead = 0;
  #isDirect = false;

  /** `onFrame` may keep the frame. */
  constructor(memory: FrameMemory, onFrame: (frame: Buffer) => void) {
    this.#memory = memory;
    this.#onFrame = onFrame;
  }

  /** Where to read to next. */
  target(): Buffer {
    const frame = this.#frame;
    this.#isDirect = frame !== null && frame.length - this.#frameRead >= stagingBytes;
    return this.#isDirect ? (frame as Buffer).subarray(this.#frameRead) : this.#staging;
  }

  /** So many bytes were read to the target. Throws KAFKA_FRAME where what comes can't be a broker's. */
  read(bytes: number): void {
    if (this.#isDirect) {
      this.#frameRead += bytes;
      this.#handOverWhenWhole();
      return;
    }
    let at = 0;
    while (at < bytes) at += this.#take(this.#staging.subarray(at, bytes));
  }

  /** Takes what belongs to one frame off the begin of the bytes; returns how much that was. */
  #take(bytes: Buffer): number {
    if (this.#frame === null) {
      const taken = bytes.copy(this.#size, this.#sizeRead);
      this.#sizeRead += taken;
      if (this.#sizeRead === sizeBytes) this.#begin();
      return taken;
    }
    const taken = bytes.copy(this.#frame, this.#frameRead);
    this.#frameRead += taken;
    this.#handOverWhenWhole();
    return taken;
  }

  #begin(): void {
    const size = this.#size.readInt32BE();
    if (size < 0 || size > mostFrameBytes) throw new OnhookError("KAFKA_FRAME");
    this.#frame = this.#memory.take(sizeBytes + size);
    this.#frameRead = this.#size.copy(this.#frame);
    this.#sizeRead = 0;
    this.#handOverWhenWhole();
  }

  #handOverWhenWhole(): void {
    const frame = this.#frame;
    if (frame === null || this.#frameRead < frame.length) return;
    this.#frame = null;
    this.#onFrame(frame);
  }
}
