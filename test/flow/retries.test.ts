import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm, headersOf, triggerIdOf } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

/** A flow at work whose only trigger allows so many retries, and one call that fired it. */
async function flowWith(
  retries: number,
  ...script: Parameters<MemoryFlow["receivers"]["script"]> extends [string, ...infer Answers]
    ? Answers
    : never
): Promise<{ flow: MemoryFlow; begin: number }> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, ...script);
  await flow.trigger({ action: { retries } });
  await flow.start();
  const begin = flow.clock.now();
  await flow.call();
  return { flow, begin };
}

/** When each request went out, in ms since the first could. */
const times = (flow: MemoryFlow, begin: number): number[] => flow.sent.map(({ at }) => at - begin);

describe("a receiver that answers 500 for ever", () => {
  it("gets a retry 2, 4 and 6 s after the failure before it, and then the job is dead", async () => {
    const { flow, begin } = await flowWith(3, { status: 500 });
    for (const due of [2000, 6000, 12_000]) {
      await flow.clock.advanceTo(begin + due - 1);
      expect(times(flow, begin)).not.toContain(due);
      await flow.clock.advanceTo(begin + due);
      expect(times(flow, begin)).toContain(due);
    }
    await flow.clock.advance(600_000);
    expect(times(flow, begin)).toEqual([0, 2000, 6000, 12_000]);
    const [dead, ...others] = flow.records("dead");
    expect(others).toEqual([]);
    expect(headersOf(dead)).toEqual({
      "onhook-attempt": "4",
      "onhook-first-failed-at": String(begin),
      "onhook-last-reason": "status",
      "onhook-last-status": "500",
      "onhook-dead-reason": "status",
      "onhook-dead-error": "the receiver answered 500",
      "onhook-dead-at": String(begin + 12_000),
      "onhook-source-topic": "onhook.retry.6s",
      "onhook-source-partition": "0",
      "onhook-source-offset": "0",
    });
    expect(String(dead?.key)).toBe(triggerIdOf(1));
    expect(await flow.jobs("dead")).toEqual(await flow.jobs());
  });

  it("gets ten retries at most, each 2 s later after the failure than the one before", async () => {
    const { flow, begin } = await flowWith(10, { status: 500 });
    await flow.clock.advance(600_000);
    const spacing = times(flow, begin).map((at, index, all) => at - (all[index - 1] ?? 0));
    expect(spacing).toEqual([
      0, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000,
    ]);
    expect(flow.sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(new Set(flow.sent.map(({ webhookId }) => webhookId)).size).toBe(1);
    const attempts = await flow.attempts();
    expect(attempts.map(({ outcome }) => outcome)).toEqual([...Array(10).fill("failed"), "dead"]);
    expect(attempts[0]).toMatchObject({ attempt: 1, nextAttemptAt: begin + 2000, status: 500 });
    expect(attempts[10]).toMatchObject({ attempt: 11, nextAttemptAt: null });
  });

  it("gets no retry where the trigger allows none", async () => {
    const { flow } = await flowWith(0, { status: 500 });
    expect(await flow.outcomes()).toEqual(["dead status 500"]);
    expect(flow.records("dead")).toHaveLength(1);
  });

  it("is told as overdue by nothing where every retry goes out in time", async () => {
    const { flow } = await flowWith(2, { status: 500 });
    await flow.clock.advance(60_000);
    const overdue = flow.eventsOf("delivery.retry-overdue");
    expect(overdue.map(({ tier, seconds }) => [tier, seconds])).toEqual([
      ["2s", 0],
      ["4s", 0],
    ]);
  });
});

describe("a failure that passes", () => {
  it.each([
    ["a server's error", { status: 503 }, "failed status 503"],
    ["a redirect", { status: 302 }, "failed redirect 302"],
    ["a refusal", { status: 404 }, "failed status 404"],
    ["a time-out", { failure: "timeout" }, "failed timeout"],
    ["a lost connection", { failure: "connection" }, "failed connection"],
    ["a certificate that is not trusted", { failure: "tls" }, "failed tls"],
    ["a name that can't be resolved", { failure: "dns" }, "failed dns"],
  ] as const)("is retried: %s", async (_, answer, outcome) => {
    const { flow } = await flowWith(1, answer, { status: 200 });
    await flow.clock.advance(2000);
    expect(await flow.outcomes()).toEqual([outcome, "delivered 200"]);
    expect(flow.records("dead")).toEqual([]);
  });
});

describe("a failure that is final", () => {
  it.each([
    ["410", { status: 410 }, "dead gone 410"],
    ["a refused address", { failure: "blocked-address" }, "dead blocked-address"],
  ] as const)("ends the job without another attempt: %s", async (_, answer, outcome) => {
    const { flow } = await flowWith(10, answer, { status: 200 });
    await flow.clock.advance(600_000);
    expect(flow.sent).toHaveLength(1);
    expect(await flow.outcomes()).toEqual([outcome]);
    expect(flow.records("dead")).toHaveLength(1);
  });
});

describe("Retry-After", () => {
  it.each([429, 503])("of a %i is honoured: 7 s wait on the rung of 8 s", async (status) => {
    const { flow, begin } = await flowWith(3, { status, retryAfter: "7" }, { status: 200 });
    expect(flow.log.all("onhook.retry.8s")).toHaveLength(1);
    expect(await flow.attempts()).toMatchObject([{ nextAttemptAt: begin + 8000 }]);
    await flow.clock.advance(60_000);
    expect(times(flow, begin)).toEqual([0, 8000]);
    expect(await flow.outcomes()).toEqual([`failed status ${status}`, "delivered 200"]);
  });

  it("of 3 minutes goes round the longest rung, without using up attempts and never early", async () => {
    const answer = { status: 429, retryAfter: "185" };
    const { flow, begin } = await flowWith(1, answer, { status: 500 });
    await flow.clock.advance(600_000);
    expect(times(flow, begin)).toEqual([0, 9 * 20_000 + 6000]);
    expect(flow.log.all("onhook.retry.20s")).toHaveLength(9);
    expect(flow.log.all("onhook.retry.6s")).toHaveLength(1);
    expect(flow.sent.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await flow.outcomes()).toEqual(["failed status 429", "dead status 500"]);
  });

  it("may be a date", async () => {
    const flow = await createMemoryFlow();
    const date = new Date(flow.clock.now() + 15_000).toUTCString();
    flow.receivers.script(crm, { status: 503, retryAfter: date }, { status: 200 });
    await flow.trigger();
    await flow.start();
    const begin = flow.clock.now();
    await flow.call();
    await flow.clock.advance(60_000);
    expect(times(flow, begin)).toEqual([0, 16_000]);
  });

  it("is cut to the limit that the operator has set", async () => {
    const flow = await createMemoryFlow({ maxRetryAfterMs: 30_000 });
    flow.receivers.script(crm, { status: 503, retryAfter: "86400" }, { status: 200 });
    await flow.trigger();
    await flow.start();
    const begin = flow.clock.now();
    await flow.call();
    await flow.clock.advance(60_000);
    expect(times(flow, begin)).toEqual([0, 30_000]);
  });

  it("that is shorter than the rung changes nothing, and neither does that of another status", async () => {
    const { flow, begin } = await flowWith(
      2,
      { status: 429, retryAfter: "1" },
      {
        status: 500,
        retryAfter: "60",
      },
    );
    await flow.clock.advance(60_000);
    expect(times(flow, begin)).toEqual([0, 2000, 6000]);
  });
});
