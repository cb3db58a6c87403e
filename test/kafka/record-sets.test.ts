import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inSends } from "../../src/kafka/record-sets.ts";

const record = (size: number, topic = "t") => ({ topic, key: "k", value: Buffer.alloc(size) });

describe("the records of one send", () => {
  it("are 500 at most", () => {
    const sends = inSends(Array.from({ length: 1201 }, () => record(1)));
    expect(sends.map((send) => send.length)).toEqual([500, 500, 201]);
  });

  it("are as many as there is room for, where another limit is given", () => {
    const sends = inSends(
      Array.from({ length: 1201 }, () => record(1)),
      Infinity,
    );
    expect(sends.map((send) => send.length)).toEqual([1201]);
  });

  it("are half a MiB at most, so that their batch stays below the broker's limit", () => {
    const sends = inSends(Array.from({ length: 10 }, () => record(200 * 1024)));
    expect(sends.map((send) => send.length)).toEqual([2, 2, 2, 2, 2]);
  });

  it("count the headers, too", () => {
    const headers = { "x-large": "h".repeat(200 * 1024) };
    const sends = inSends(Array.from({ length: 4 }, () => ({ ...record(1), headers })));
    expect(sends.map((send) => send.length)).toEqual([2, 2]);
  });

  it("are one alone where it is too large by itself", () => {
    const sends = inSends([record(1), record(900 * 1024), record(1)]);
    expect(sends.map((send) => send.length)).toEqual([1, 1, 1]);
  });

  it("are all of them, in their order, and never none", () => {
    const sizes = fc.array(fc.nat(300 * 1024), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, (sizes) => {
        const records = sizes.map((size) => record(size));
        const sends = inSends(records);
        expect(sends.flat()).toEqual(records);
        expect(sends.filter((send) => send.length === 0)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
