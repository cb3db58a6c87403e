import { describe, expect, it } from "vitest";
import { FrameMemory } from "../../src/kafka/frame-memory.ts";

const large = 1_000_000;
const mostSpareBytes = 32 * 1024 * 1024;

describe("memory of frames that was given back", () => {
  it("is used for the next one that it has room for", () => {
    const memory = new FrameMemory();
    const first = memory.take(large);
    first.fill(1);
    memory.give(first.buffer);
    const second = memory.take(large + 1);
    expect(second).toHaveLength(large + 1);
    expect(second[large - 1]).toBe(1);
    expect(memory.take(large)[large - 1]).toBe(0);
  });

  it("is empty to whoever still has a view of it", () => {
    const memory = new FrameMemory();
    const frame = memory.take(large);
    const view = frame.subarray(10, 20);
    memory.give(frame.buffer);
    expect(view).toHaveLength(0);
    memory.take(large).fill(7);
    expect(view).toHaveLength(0);
    expect(view.toString()).toBe("");
    expect(() => view.readInt32BE(0)).toThrow(RangeError);
  });

  it("is taken once, though it is given twice", () => {
    const memory = new FrameMemory();
    const { buffer } = memory.take(large);
    memory.give(buffer);
    memory.give(buffer);
    const [first, second] = [memory.take(large), memory.take(large)];
    first.fill(1);
    second.fill(2);
    expect(first[0]).toBe(1);
  });

  it("goes to the smallest room that suffices", () => {
    const memory = new FrameMemory();
    const [big, small] = [memory.take(8 * large), memory.take(large)];
    memory.give(big.buffer);
    memory.give(small.buffer);
    expect(memory.take(2 * large).buffer.byteLength).toBe(2 * 2 ** 20);
    expect(memory.take(large).buffer.byteLength).toBe(2 ** 20);
    expect(memory.take(4 * large).buffer.byteLength).toBe(8 * 2 ** 20);
  });

  it("is used again and again, however much has gone through", () => {
    const memory = new FrameMemory();
    memory.give(memory.take(large).buffer);
    for (let turn = 0; turn < 100; turn += 1) {
      const frame = memory.take(large);
      expect(frame[0]).toBe(turn);
      frame[0] = turn + 1;
      memory.give(frame.buffer);
    }
  });

  it("makes room for what is large, and not the other way around", () => {
    const memory = new FrameMemory();
    const little = Array.from({ length: 512 }, () => memory.take(64 * 1024));
    for (const { buffer } of little) memory.give(buffer);
    const frame = memory.take(10 * large);
    frame[0] = 7;
    memory.give(frame.buffer);
    expect(memory.take(10 * large)[0]).toBe(7);
    const most = memory.take(mostSpareBytes);
    memory.give(most.buffer);
    const late = memory.take(64 * 1024);
    memory.give(late.buffer);
    expect(most).toHaveLength(0);
    expect(late.length).toBeGreaterThan(0);
  });

  it("is kept up to a limit; beyond it stays what it was, and is collected as ever", () => {
    const memory = new FrameMemory();
    const frames = Array.from({ length: 5 }, () => memory.take(mostSpareBytes / 4));
    for (const { buffer } of frames) memory.give(buffer);
    expect(frames.map(({ length }) => length > 0)).toEqual([false, false, false, false, true]);
  });
});

describe("memory that is not of its own", () => {
  it("is left alone: others may have views of it", () => {
    const memory = new FrameMemory();
    const foreign = Buffer.from(new ArrayBuffer(large));
    memory.give(foreign.buffer);
    expect(foreign).toHaveLength(large);
    const little = memory.take(100);
    memory.give(little.buffer);
    expect(little).toHaveLength(100);
  });
});
