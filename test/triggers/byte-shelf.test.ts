import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteShelf } from "../../src/triggers/byte-shelf.ts";

const MiB = 1024 * 1024;

describe("a shelf of bytes", () => {
  it("has under each number what was put there last, whatever comes and goes", () => {
    const step = fc.record({
      number: fc.nat(30),
      length: fc.oneof(fc.nat(300), fc.constantFrom(0, 300_000, 2 * MiB)),
      removes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const shelf = new ByteShelf();
        const model = new Map<number, Buffer>();
        for (const [index, { number, length, removes }] of steps.entries()) {
          if (removes) {
            shelf.remove(number);
            model.delete(number);
          } else {
            const bytes = Buffer.alloc(length, index);
            shelf.put(number, bytes);
            model.set(number, bytes);
          }
        }
        for (let number = 0; number <= 31; number += 1) {
          const [kept, wanted] = [shelf.get(number), model.get(number)];
          expect(kept === undefined ? undefined : wanted?.equals(kept)).toBe(
            wanted === undefined ? undefined : true,
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it("keeps a copy", () => {
    const shelf = new ByteShelf();
    const bytes = Buffer.from("abc");
    shelf.put(0, bytes);
    bytes.fill("x");
    expect(String(shelf.get(0))).toBe("abc");
  });

  it("takes no more than about twice what is in it, however often that changes", () => {
    const shelf = new ByteShelf();
    const put = (number: number): void => shelf.put(number, Buffer.alloc(1000, number));
    for (let number = 0; number < 8000; number += 1) put(number);
    for (let change = 0; change < 50_000; change += 1) put((change * 7919) % 8000);
    // One that stays among many that change must not hold on to all of them.
    for (let change = 0; change < 50_000; change += 1) put(change % 10 === 0 ? 8000 + change : 5);
    expect(shelf.size).toBeLessThan(2 * 13_000 * 1008 + 2 * MiB);
    expect(shelf.get(8000)?.length).toBe(1000);
    for (let number = 0; number < 60_000; number += 1) shelf.remove(number);
    expect(shelf.size).toBeLessThanOrEqual(MiB);
  });
});
