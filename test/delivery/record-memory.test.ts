import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordMemory } from "../../src/delivery/record-memory.ts";

const name = (offset: number, changes: object = {}) => ({
  topic: "t",
  partition: 0,
  offset,
  timestamp: 1000,
  ...changes,
});

describe("the memory of records", () => {
  it("tells records apart by topic, partition, offset and time", () => {
    const memory = new RecordMemory<string>(10);
    memory.set(name(1), "one");
    const others = [{ topic: "u" }, { partition: 1 }, { timestamp: 1001 }];
    expect(memory.get(name(1))).toBe("one");
    expect(others.map((other) => memory.get(name(1, other)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("does what a map does that forgets its oldest key, whatever is set anew or deleted", () => {
    const limit = 4;
    const step = fc.record({
      verb: fc.constantFrom("set", "set", "set", "delete"),
      partition: fc.integer({ min: 0, max: 1 }),
      offset: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new RecordMemory<number>(limit);
        // What is set anew or deleted leaves its place empty until that is reached: of so many writes all are known.
        const written: string[] = [];
        const expected = new Map<string, number>();
        for (const [value, { verb, partition, offset }] of steps.entries()) {
          const key = `${partition}/${offset}`;
          if (verb === "delete") {
            memory.delete(name(offset, { partition }));
            expected.delete(key);
            continue;
          }
          memory.set(name(offset, { partition }), value);
          expected.set(key, value);
          written.push(key);
          const forgotten = written.length > limit ? written.at(-1 - limit) : undefined;
          if (forgotten !== undefined && !written.slice(-limit).includes(forgotten))
            expected.delete(forgotten);
        }
        for (const partition of [0, 1])
          for (let offset = 0; offset <= 5; offset += 1)
            expect(memory.get(name(offset, { partition }))).toBe(
              expected.get(`${partition}/${offset}`),
            );
      }),
    );
  });
});
