import { expect, it } from "vitest";
import { RecentIds } from "../../../src/admin/authentication/recent-ids.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

it("an id counts once until its time is over", async () => {
  const clock = createFakeClock();
  const ids = new RecentIds(10, clock);
  expect(ids.add("a", clock.now() + 1000)).toBe(true);
  expect(ids.add("a", clock.now() + 1000)).toBe(false);
  await clock.advance(1000);
  expect(ids.has("a")).toBe(false);
});

it("of more ids than are kept, those go first whose time is over, and then the oldest", async () => {
  const clock = createFakeClock();
  const ids = new RecentIds(3, clock);
  ids.add("old", clock.now() + 10_000);
  ids.add("over", clock.now() + 1000);
  ids.add("new", clock.now() + 10_000);
  await clock.advance(1000);
  ids.add("newer", clock.now() + 10_000);
  expect(["old", "new", "newer"].map((id) => ids.has(id))).toEqual([true, true, true]);
  ids.add("newest", clock.now() + 10_000);
  expect([ids.has("old"), ids.has("newest"), ids.size]).toEqual([false, true, 3]);
});
