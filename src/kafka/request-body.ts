// @ts-expect-error kafkajs describes its public parts only; the shape used here is EncoderClass below.
import encoderClass from "kafkajs/src/protocol/encoder.js";
import { once } from "../runtime/once.ts";
import { frameMemory } from "./frame-memory.ts";

/** Room for what kafkajs writes in front of a body: size, kind, version, number, and a client's id of usual length. */
const roomBytes = 256;

/** Bytes that there is room in front of. */
interface Front {
  readonly memory: Buffer;
  /** Where they begin. */
  readonly start: number;
}

/** What is used here of kafkajs's Encoder. */
interface Encoder {
  /** The first `offset` bytes are written. */
  buf: Buffer;
  offset: number;
  front?: Front;
}

/** What is written so far, and where there is room in front of it. */
interface Written {
  readonly buffer: Buffer;
  readonly front?: Front;
}

interface EncoderClass {
  readonly prototype: {
    writeEncoder: (this: Encoder, value: Written) => Encoder;
  };
}

/** The body of a large request, as kafkajs takes it: what comes in front of it is written there, and nothing is copied. */
export class RequestBody {
  readonly buf: Buffer;
  readonly front: Front;

  /** A body of so many bytes, which hold anything. */
  constructor(bytes: number) {
    const memory = frameMemory.take(roomBytes + bytes);
    this.front = { memory, start: roomBytes };
    this.buf = memory.subarray(roomBytes);
  }

  get buffer(): Buffer {
    return this.buf;
  }

  /** To be called when the request was answered: its memory is used again. */
  answered(): void {
    frameMemory.give(this.buf.buffer);
  }
}

/**
 * Lets kafkajs write a request's head in front of a `RequestBody`. It would copy the body behind the head, and both behind
 * their size, each time to memory twice as large that it fills with zeros before. Safe to call more than once.
 */
export const mendRequestHeads = once(() => {
  const { prototype } = encoderClass as EncoderClass;
  const own = prototype.writeEncoder;
  prototype.writeEncoder = function writeInFront(value) {
    const { front } = value;
    const isWhole = front !== undefined && value.buffer.buffer === front.memory.buffer;
    if (!isWhole || this.offset > front.start) return own.call(this, value);
    const start = front.start - this.offset;
    this.buf.copy(front.memory, start, 0, this.offset);
    this.buf = front.memory.subarray(start);
    this.offset = this.buf.length;
    this.front = { memory: front.memory, start };
    return this;
  };
});
