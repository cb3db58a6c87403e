import { expect, it } from "vitest";
import { createTypeMismatches } from "../../src/triggers/type-mismatches.ts";

it("mismatches are counted by field, from one asking to the next", () => {
  const mismatches = createTypeMismatches();
  for (const field of ["dur", "tags.a", "dur"]) mismatches.note(field);
  const taken = mismatches.take();
  mismatches.note("dur");
  expect([...taken]).toEqual([
    ["dur", 2],
    ["tags.a", 1],
  ]);
  expect([...mismatches.take()]).toEqual([["dur", 1]]);
  expect([...mismatches.take()]).toEqual([]);
});
