import { array, assert, integer, nat, property } from "fast-check";
import { expect, test } from "vitest";
import { Newest } from "../../src/explaining/newest.ts";

test("the last so many stay, in order, whatever order they come in; all are counted", () => {
  assert(
    property(array(nat()), integer({ min: 1, max: 8 }), (numbers, limit) => {
      const newest = new Newest<number>(limit, (a, b) => a - b);
      for (const number of numbers) newest.add(number);
      expect(newest.list()).toEqual(numbers.toSorted((a, b) => a - b).slice(-limit));
      expect(newest.count).toBe(numbers.length);
    }),
  );
});
