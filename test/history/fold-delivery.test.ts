import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldDelivery } from "../../src/history/fold-delivery.ts";
import type { FoldedDelivery } from "../../src/history/fold-delivery.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { attemptOf, noon, someAttempts } from "./attempt-of.ts";

const fold = (attempts: readonly DeliveryAttempt[]): FoldedDelivery | null =>
  attempts.reduce<FoldedDelivery | null>(foldDelivery, null);

const failed = { outcome: "failed", status: 500, reason: "status" } as const;

test("a delivery is what its last attempt says, and counts all of them", () => {
  const first = attemptOf({ ...failed, nextAttemptAt: noon + 2000 });
  const second = attemptOf({ attempt: 2, at: noon + 2000, durationMs: 7 });
  expect(fold([first])).toMatchObject({
    state: "retrying",
    attempts: 1,
    nextAttemptAt: noon + 2000,
  });
  expect(fold([first, second])).toMatchObject({
    state: "delivered",
    attempts: 2,
    firstAt: noon,
    lastAt: noon + 2000,
    durationMs: 7,
    reason: null,
    status: 204,
    nextAttemptAt: null,
  });
});

test("a job that is sent anew after its end is what the new attempts say, though their numbers begin again", () => {
  const dead = attemptOf({ ...failed, outcome: "dead", attempt: 11 });
  const anew = attemptOf({ attempt: 1, at: noon + 60_000 });
  expect(fold([dead, anew])?.state).toBe("delivered");
  expect(fold([anew, dead])?.state).toBe("delivered");
});

test("of two attempts at one time, that of the greater number is the last", () => {
  const [first, second] = [attemptOf(failed), attemptOf({ attempt: 2 })];
  expect(fold([second, first])?.state).toBe("delivered");
});

test("a delivery is not retrying for good where the clock of the attempt before its end was ahead", () => {
  const ahead = attemptOf({ ...failed, at: noon + 20_000, nextAttemptAt: noon + 22_000 });
  for (const outcome of ["delivered", "dead", "cancelled"] as const) {
    const last = attemptOf({ outcome, attempt: 2, at: noon });
    const state = outcome;
    expect(fold([ahead, last])).toMatchObject({ state, lastAttempt: 2 });
    expect(fold([last, ahead])).toMatchObject({ state, lastAttempt: 2 });
  }
  const anew = attemptOf({ ...failed, at: noon + 60_000, nextAttemptAt: noon + 62_000 });
  expect(fold([anew, attemptOf({ outcome: "dead", attempt: 11 })])?.state).toBe("retrying");
});

test("the order in which attempts come makes no difference", () => {
  const ofOneJob = someAttempts.map((attempts) =>
    // A quarter of a minute apart, so that the clocks' differences matter too.
    attempts.map((attempt) => ({ ...attempt, ...onlyJob, at: noon + (attempt.at - noon) / 40 })),
  );
  const unique = (attempts: readonly DeliveryAttempt[]): DeliveryAttempt[] => [
    ...new Map(attempts.map((each) => [`${each.at}/${each.attempt}`, each])).values(),
  ];
  const shuffled = ofOneJob.chain((attempts) =>
    fc.tuple(
      fc.constant(unique(attempts)),
      fc.shuffledSubarray(unique(attempts), { minLength: unique(attempts).length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([one, other]) => {
      expect(fold(other)).toEqual(fold(one));
      expect(fold(one)?.attempts ?? 0).toBe(one.length);
    }),
  );
});

const { jobId, tenantId, triggerId, cdrId } = attemptOf();
const onlyJob = { jobId, tenantId, triggerId, cdrId };
