import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PassingMemory } from "../../src/runtime/passing-memory.ts";

const sizes = fc.array(fc.integer({ min: 0, max: 300 * 1024 }), { maxLength: 20 });

describe("passing memory", () => {
  it("gives each who asks bytes of their own, also when it was used before", () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 5 }), (owners) => {
        const memory = new PassingMemory();
        for (const wanted of owners) {
          const shelf = memory.take();
          const buffers = wanted.map((bytes) => shelf.allocate(bytes));
          for (const [number, buffer] of buffers.entries()) buffer.fill(number + 1);
          expect(buffers.map(({ length }) => length)).toEqual(wanted);
          for (const [number, buffer] of buffers.entries())
            expect(buffer.every((byte) => byte === number + 1)).toBe(true);
          shelf.giveBack();
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has a buffer of no bytes too, as the first of its owner", () => {
    expect(new PassingMemory().take().allocate(0).length).toBe(0);
  });

  it("is used again, and who looks at what was given back finds nothing", () => {
    const memory = new PassingMemory();
    const first = memory.take();
    const buffer = first.allocate(100).fill(7);
    first.giveBack();
    expect(buffer.length).toBe(0);
    const again = memory.take().allocate(100);
    expect([...again].every((byte) => byte === 7)).toBe(true);
  });

  it("of two owners at a time is not the same", () => {
    const memory = new PassingMemory();
    const [one, other] = [memory.take(), memory.take()];
    const kept = one.allocate(10).fill(1);
    other.allocate(10).fill(2);
    other.giveBack();
    memory.take().allocate(10).fill(3);
    expect([...kept]).toEqual(Array.from({ length: 10 }, () => 1));
  });
});
