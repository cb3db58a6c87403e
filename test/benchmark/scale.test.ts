import { expect, it } from "vitest";
import { unjudgedGrowth } from "../bench/scale.ts";

it("the cost of several processes is judged where as many processors as two of them need are there", () => {
  expect(unjudgedGrowth([1, 2, 4], 2)).toBeNull();
  expect(unjudgedGrowth([1, 2, 4], 3)).toBeNull();
});

it("says that it is not where each process would share its processor", () => {
  expect(unjudgedGrowth([1, 2, 4], 1)).toContain("1 processor: nothing is judged");
  expect(unjudgedGrowth([2, 4], 2)).toContain("more processes than 2");
});
