import { expect, test } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { retryUntil } from "../../src/runtime/retry-until.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const unreachable = () =>
  new OnhookError("REGISTRY_UNREACHABLE", { url: "http://localhost:1", problem: "refused" });

/** Fails `failures` times, then gives "done". */
function work(failures: number, error: () => unknown = unreachable) {
  let calls = 0;
  return {
    attempt: async () => {
      calls += 1;
      if (calls <= failures) throw error();
      return "done";
    },
    calls: () => calls,
  };
}

const never = new AbortController().signal;
const noChance = () => 1;

test("work that succeeds at once is done once, without a wait", async () => {
  const clock = createFakeClock();
  const { attempt, calls } = work(0);
  await expect(retryUntil(never, clock, attempt, { onError: () => {} })).resolves.toBe("done");
  expect(calls()).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("a retryable failure is told with its wait and tried again after exactly that", async () => {
  const clock = createFakeClock();
  const { attempt, calls } = work(3);
  const waits: number[] = [];
  const done = retryUntil(never, clock, attempt, {
    onError: (error, waitMs) => {
      expect(error).toBeInstanceOf(OnhookError);
      waits.push(waitMs);
    },
    random: noChance,
  });
  await clock.advance(99);
  expect(calls()).toBe(1);
  await clock.advance(1);
  expect(calls()).toBe(2);
  await clock.advance(200 + 400);
  await expect(done).resolves.toBe("done");
  expect(waits).toEqual([100, 200, 400]);
});

test("a failure that another try can not mend is passed on at once", async () => {
  const { attempt, calls } = work(1, () => new TypeError("a fault of ours"));
  const onError = () => expect.unreachable("it was tried again");
  await expect(retryUntil(never, createFakeClock(), attempt, { onError })).rejects.toThrow(
    "a fault of ours",
  );
  expect(calls()).toBe(1);
});

test("the caller can say which failures another try can mend", async () => {
  const clock = createFakeClock();
  const { attempt } = work(1, () => new TypeError("of the broker"));
  const done = retryUntil(never, clock, attempt, {
    onError: () => {},
    retryable: (error) => error instanceof TypeError,
    random: noChance,
  });
  await clock.advance(100);
  await expect(done).resolves.toBe("done");
});

test("an abort ends the wait at once, with the signal's reason and no further try", async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const { attempt, calls } = work(9);
  const done = retryUntil(stop.signal, clock, attempt, {
    onError: () => stop.abort(new Error("stopping")),
  });
  await expect(done).rejects.toThrow("stopping");
  expect(calls()).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("nothing is tried once the signal is aborted", async () => {
  const { attempt, calls } = work(0);
  const done = retryUntil(AbortSignal.abort(), createFakeClock(), attempt, { onError: () => {} });
  await expect(done).rejects.toThrow(/abort/i);
  expect(calls()).toBe(0);
});
