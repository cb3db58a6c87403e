import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KeyFilter } from "../../src/sqlite/key-filter.ts";
import { idKey } from "../../src/sqlite/packed-id.ts";

test("every key that was added is said to be there", () => {
  const keys = fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { maxLength: 500 });
  fc.assert(
    fc.property(keys, (added) => {
      const filter = new KeyFilter();
      for (const key of added) filter.add(key);
      expect(added.every((key) => filter.mayHave(key))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("with as many keys as share a filter, hardly one in 200 that was not added seems to be there", () => {
  const filter = new KeyFilter();
  for (let n = 0; n < 8 * 2 ** 15; n += 1) filter.add(idKey(`job-${n}`));
  let wrong = 0;
  for (let n = 0; n < 20_000; n += 1) if (filter.mayHave(idKey(`other-${n}`))) wrong += 1;
  expect(wrong / 20_000).toBeLessThan(0.005);
  expect(new KeyFilter().mayHave(idKey("job-1"))).toBe(false);
});
