import { expect, it } from "vitest";
import { setUp } from "./scheduler-under-test.ts";

it("tells a job that its endpoint does not take at once, and none that waits for the process alone", async () => {
  const { begun, held, offer, end } = setUp({ maxInFlight: 2, maxPerEndpoint: 1 });
  for (const name of ["t.e.0", "t.e.1", "u.e.0", "v.e.0"]) offer(name);
  await end("t.e.0");
  await end("u.e.0");
  expect(begun.toSorted()).toEqual(["t.e.0", "t.e.1", "u.e.0", "v.e.0"]);
  expect(held).toEqual(["t.e.1"]);
});

it("tells a job whose endpoint would have taken it when it came, and was full when its turn was", async () => {
  const { begun, held, offer, end } = setUp({ maxInFlight: 1, maxPerEndpoint: 1 });
  for (const name of ["u.e.0", "t.e.0", "t.e.1", "v.e.0"]) offer(name);
  for (const name of ["u.e.0", "t.e.0", "v.e.0", "t.e.1"]) await end(name);
  expect(begun.toSorted()).toEqual(["t.e.0", "t.e.1", "u.e.0", "v.e.0"]);
  expect(held).toEqual(["t.e.1"]);
  offer("t.e.2");
  expect(begun.at(-1)).toBe("t.e.2");
  expect(held).toEqual(["t.e.1"]);
});
