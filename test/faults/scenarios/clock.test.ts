import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { RequestSeen } from "../../accounts/request-log.ts";
import { useStack } from "../../support/stack.ts";
import { faultTest } from "../scenario.ts";
import type { World } from "../world.ts";

const preload = ["--import", fileURLToPath(new URL("../shifted-clock.ts", import.meta.url))];
const hourMs = 3_600_000;

/** A retry's own wait, by the standard ladder: 2 s times its number. */
const waitMs = (attempt: number): number => (attempt - 1) * 2000;

/** Retries that came sooner than due in real time, those apart that waited while a clock was set. */
function early(requests: readonly RequestSeen[], setAt: readonly number[]): RequestSeen[] {
  const ends = new Map<string, number>();
  // The first of an attempt counts, where it was repeated: its retry is the one that may come first.
  for (const { id, attempt, endedAt } of requests) {
    const key = `${id} ${attempt}`;
    ends.set(key, Math.min(endedAt, ends.get(key) ?? endedAt));
  }
  return requests.filter(({ id, attempt, arrivedAt }) => {
    const before = ends.get(`${id} ${attempt - 1}`);
    if (before === undefined || arrivedAt - before >= waitMs(attempt)) return false;
    return !setAt.some((at) => at >= before && at <= arrivedAt);
  });
}

for (const [name, shiftMs] of [
  ["clock-forward", hourMs],
  ["clock-back", -hourMs],
] as const) {
  faultTest(name, {
    stack: useStack,
    // Jobs would be older than their calls by an hour.
    audited: shiftMs > 0,
    async story(world: World) {
      const { fleet, load, random, receivers } = world;
      const members = [
        fleet.start("match,deliver", preload),
        fleet.start("match,deliver", preload),
      ];
      await Promise.all(members.map((member) => member.ready()));
      const withdraw = await world.withdrawOneTriggerAt(0.2);
      const sending = Promise.all([load.send(), withdraw()]);
      await load.sentPart(0.2 + random.next() * 0.4);
      const setAt = Date.now();
      await fleet.struck("a clock was set", () =>
        members.forEach((member) => member.tell({ shiftMs })),
      );
      await sending;
      await world.quiet();
      expect(early(receivers.requests, [setAt])).toEqual([]);
    },
  });
}
