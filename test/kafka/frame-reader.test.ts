import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameMemory } from "../../src/kafka/frame-memory.ts";
import { FrameReader } from "../../src/kafka/frame-reader.ts";

function frameOf(size: number, fill: number): Buffer {
  const frame = Buffer.alloc(4 + size, fill);
  frame.writeInt32BE(size);
  return frame;
}

/** Hands the bytes over as a connection does: as much as comes at once, and as there is room for. */
function readAll(reader: FrameReader, bytes: Buffer, pieces: readonly number[]): void {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const target = reader.target();
    const most = pieces.length === 0 ? bytes.length : (pieces[turn % pieces.length] as number);
    const read = bytes.copy(target, 0, at, Math.min(bytes.length, at + most));
    reader.read(read);
    at += read;
  }
}

const anySize = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 200_000 }),
  fc.constantFrom(64 * 1024 - 4, 64 * 1024, 128 * 1024 + 1, 300_000),
);
const anyPieces = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1000, max: 500_000 })),
  { maxLength: 10 },
);

describe("answers of a broker", () => {
  it("come out whole and in order, however they are cut on their way", () => {
    fc.assert(
      fc.property(fc.array(anySize, { maxLength: 6 }), anyPieces, (sizes, pieces) => {
        const slow = pieces.length > 0 && pieces.every((piece) => piece < 1000);
        fc.pre(!slow || sizes.every((size) => size < 1000));
        const frames: Buffer[] = [];
        const reader = new FrameReader(new FrameMemory(), (frame) => frames.push(frame));
        const wanted = sizes.map((size, index) => frameOf(size, index + 1));
        readAll(reader, Buffer.concat(wanted), pieces);
        expect(frames.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
        expect(Buffer.concat(frames).equals(Buffer.concat(wanted))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("are read to where they stay as soon as that is worth it", () => {
    const frames: Buffer[] = [];
    const reader = new FrameReader(new FrameMemory(), (frame) => frames.push(frame));
    readAll(reader, frameOf(1_000_000, 1).subarray(0, 4), []);
    const target = reader.target();
    expect(target).toHaveLength(1_000_000);
    target.fill(5);
    reader.read(1_000_000);
    expect(frames[0]?.buffer).toBe(target.buffer);
  });

  it("do not change when what comes behind them is read", () => {
    const frames: Buffer[] = [];
    const reader = new FrameReader(new FrameMemory(), (frame) => frames.push(frame));
    readAll(reader, frameOf(30, 1), []);
    readAll(reader, frameOf(30, 2), []);
    expect(frames.map((frame) => frame[10])).toEqual([1, 2]);
  });

  it.each([-1, -(2 ** 31), 2 ** 27 + 1, 0x15030300, 0x48545450])("can't be of %i bytes", (size) => {
    const reader = new FrameReader(new FrameMemory(), () => undefined);
    const head = Buffer.alloc(4);
    head.writeInt32BE(size);
    expect(() => readAll(reader, head, [3])).toThrow(
      expect.objectContaining({ code: "KAFKA_FRAME" }),
    );
  });
});
