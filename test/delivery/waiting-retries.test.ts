import { expect, it } from "vitest";
import { WaitingRetries } from "../../src/delivery/waiting-retries.ts";

it("a job of a partition that belongs to another worker is forgotten with the next look", () => {
  const retries = new WaitingRetries();
  let looks = 0;
  const taken = {
    get lost(): boolean {
      looks += 1;
      return true;
    },
  };
  retries.add({ tier: "2s", due: 0, taken });
  retries.add({ tier: "4s", due: 100, taken: { lost: false } });
  for (let time = 0; time < 3; time += 1)
    expect(Object.fromEntries(retries.overdueMs(["2s", "4s"], 1000))).toEqual({
      "2s": 0,
      "4s": 900,
    });
  expect(looks).toBe(1);
});
