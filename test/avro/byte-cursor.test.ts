import { describe, expect, it } from "vitest";
import { ByteCursor, MalformedBytes } from "../../src/avro/byte-cursor.ts";

const cursor = (...bytes: number[]) => new ByteCursor(Buffer.from(bytes), 0);
const ff = (length: number) => Array.from({ length }, () => 0xff);

describe("a long", () => {
  it.each([
    [[0x00], 0],
    [[0x01], -1],
    [[0x80, 0x01], 64],
    [[...ff(6), 0x7f], -(2 ** 48)],
    [[0xfe, ...ff(6), 0x1f], Number.MAX_SAFE_INTEGER],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], 2n ** 53n],
    [[0xfe, ...ff(8), 0x01], 2n ** 63n - 1n],
    [[...ff(9), 0x01], -(2n ** 63n)],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 0],
  ])("%j is read to its last digit", (bytes, value) => {
    const bytesCursor = cursor(...bytes);
    expect(bytesCursor.long()).toBe(value);
    bytesCursor.atEnd();
  });

  it.each([
    ["has over 64 bits", [...ff(9), 0x02]],
    ["has over 10 bytes", [...ff(10), 0x00]],
    ["is cut short", [0x80]],
  ])("is refused when it %s", (_name, bytes) => {
    expect(() => cursor(...bytes).long()).toThrow(MalformedBytes);
  });
});

describe("an int", () => {
  it("is refused beyond 32 bits", () => {
    expect(cursor(0xff, 0xff, 0xff, 0xff, 0x0f).int()).toBe(-(2 ** 31));
    expect(() => cursor(0x80, 0x80, 0x80, 0x80, 0x10).int()).toThrow("over 32 bits");
  });
});

describe("the blocks of arrays and maps", () => {
  it("can together not have more items than the value has bytes", () => {
    const blocks = cursor(0x04, 0x04, 0x02, 0x00, 0x00);
    expect([blocks.block(), blocks.block(), blocks.block()]).toEqual([2, 2, 1]);
    const claims = cursor(0x06, 0x06);
    expect(() => claims.block()).toThrow("longer than the record");
    const sum = cursor(0x04, 0x02, 0x02);
    expect([sum.block(), sum.block()]).toEqual([2, 1]);
    expect(() => sum.block()).toThrow("longer than the record");
  });

  it("have a negative count when their size in bytes follows", () => {
    expect(cursor(0x03, 0x04, 0x00, 0x00).block()).toBe(2);
  });
});

describe("a boolean", () => {
  it("is 0 or 1", () => {
    expect([cursor(0).boolean(), cursor(1).boolean()]).toEqual([false, true]);
    expect(() => cursor(2).boolean()).toThrow(MalformedBytes);
  });
});
