import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/delivery/decision.ts";
import { OnhookError } from "../../src/errors.ts";
import { settle } from "../support/fake-clock.ts";
import { answeredByHand, delivered, jobs, setUp } from "./delivery-stage-under-test.ts";
import { nine, someJob, someRecord } from "./some-jobs.ts";

describe("a job that is decided", () => {
  it("has its attempt written under its tenant, and is told of and committed only when that is safe", async () => {
    const safe = Promise.withResolvers<void>();
    const stage = await setUp({ deliver: async () => delivered, write: () => safe.promise });
    await stage.take(5);
    await stage.clock.advance(1000);
    expect([stage.types(), stage.consumers.jobs.commits]).toEqual([[], [{ ...jobs, offset: 5 }]]);
    safe.resolve();
    await stage.clock.advance(100);
    const value = Buffer.from(`${someJob().jobId} delivered`);
    expect(stage.written).toEqual([{ topic: "attempts", key: "t1", value }]);
    const told = stage.events.filter(({ type }) => type === "delivery.attempted");
    expect(told).toMatchObject([{ outcome: "delivered", latencyMs: 1500 }]);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 6 });
  });

  it("goes on only together with its attempt", async () => {
    const onward = { topic: "r.2s", key: "k", value: Buffer.from("job") };
    const stage = await setUp({ deliver: async () => ({ ...delivered, onward }) });
    await stage.take(0);
    expect(stage.written.map(({ topic }) => topic)).toEqual(["r.2s", "attempts"]);
  });

  it("is told as undecodable, and not as an attempt, where it was none", async () => {
    const error = new OnhookError("WIRE_FORMAT", { problem: "x" });
    const none = { onward: null, attempt: null, outcome: null, trace: null, cdrTimestamp: null };
    const decision = { ...none, error };
    const stage = await setUp({ deliver: async () => decision });
    await stage.take(3);
    expect(stage.events).toContainEqual({ type: "job.undecodable", ...jobs, offset: 3, error });
    expect(stage.types()).toEqual(["job.undecodable"]);
  });
});

describe("a worker that was frozen", () => {
  it.each([
    ["begins nothing", true, []],
    ["hands on nothing that it was at work on", false, ["attempts"]],
  ])("%s before the group has answered, and then only what is still its own", async (...given) => {
    const [, before, written] = given;
    const onward = { topic: "r.2s", key: "k", value: Buffer.from("job") };
    const [request, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const deliver = async () => request.promise.then(() => ({ ...delivered, onward }));
    const stage = await setUp({ deliver });
    if (before) stage.consumers.jobs.silence = answer.promise;
    await stage.take(0);
    stage.consumers.jobs.silence = answer.promise;
    request.resolve();
    await stage.clock.advance(1000);
    expect(stage.written).toEqual([]);
    stage.consumers.jobs.handlers?.assigned([]);
    answer.resolve();
    await stage.clock.advance(1000);
    expect(stage.written.map(({ topic }) => topic)).toEqual(written);
  });
});

describe("a job that can't be decided now", () => {
  it("is tried again, later and later, and holds its place while others go past", async () => {
    let away = true;
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset === 0 && away) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    await stage.take(0, 1);
    await stage.clock.advance(10_000);
    expect(stage.types().filter((type) => type === "delivery.attempted")).toHaveLength(1);
    const held = stage.types().filter((type) => type === "delivery.held").length;
    expect(held).toBeGreaterThan(3);
    expect(held).toBeLessThan(20);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0, metadata: "1;0;1.1" }]);
    away = false;
    await stage.clock.advance(20_000);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 2 });
  });

  it("takes no other job's place, however many there are, and is left when the stage ends", async () => {
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset < 50) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    await stage.take(...Array.from({ length: 60 }, (_, offset) => offset));
    expect(stage.types().filter((type) => type === "delivery.attempted")).toHaveLength(10);
    stage.stop.abort();
    await stage.ended;
    expect(stage.consumers.jobs.commits).toMatchObject([{ ...jobs, offset: 0 }]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("is left to whoever has the partition next when trying again can't help, and told", async () => {
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset === 0) throw new TypeError("a mistake");
        return delivered;
      },
    });
    await stage.take(0, 1);
    await stage.clock.advance(60_000);
    expect(stage.types()).toEqual(["delivery.held", "delivery.attempted"]);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0, metadata: "1;0;1.1" }]);
  });
});

describe("a commit that the group does not take", () => {
  it("is told, and said again soon, later and later, up to a second", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    stage.consumers.jobs.refuses = true;
    await stage.take(0);
    await stage.clock.advance(2500);
    expect(stage.types().filter((type) => type === "delivery.commit-failed")).toHaveLength(5);
    stage.consumers.jobs.refuses = false;
    await stage.clock.advance(1000);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 1 }]);
  });
});

describe("a retry", () => {
  it("is told as overdue by as much as it was handed out late, under its rung's name", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    const [late, soon] = [nine - 1500, nine + 500].map((due, offset) =>
      someRecord({ topic: "r.4s", offset, headers: { "onhook-due-at": String(due) } }),
    );
    const records = [late, soon].filter((record) => record !== undefined);
    stage.consumers.retries.handlers?.records({ topic: "r.4s", partition: 0, records });
    await stage.clock.advance(500);
    expect(stage.events.filter(({ type }) => type === "delivery.retry-overdue")).toEqual([
      { type: "delivery.retry-overdue", tier: "4s", seconds: 1.5 },
      { type: "delivery.retry-overdue", tier: "4s", seconds: 0 },
    ]);
  });
});

describe("the time to the first request", () => {
  const first = ({ events }: Awaited<ReturnType<typeof setUp>>) =>
    events.flatMap((event) => (event.type === "delivery.attempted" ? [event.firstRequestMs] : []));

  it("goes from the call's append to the begin of the request", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.take(0);
    expect(first(stage)).toEqual([500]);
  });

  it("is told of no later attempt, and of no job that ends without a request", async () => {
    const { attempt } = delivered;
    const later = { ...delivered, attempt: attempt && { ...attempt, attempt: 2 } };
    const unsent = { ...delivered, attempt: attempt && { ...attempt, method: null } };
    const decisions = [later, unsent];
    const stage = await setUp({ deliver: async ({ offset }) => decisions[offset] ?? null });
    await stage.take(0, 1);
    expect(first(stage)).toEqual([null, null]);
  });

  it("is told of no job that comes from the ladder or from a replay, though it is its first attempt", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.retry(0, nine);
    const records = [someRecord({ headers: { "onhook-replay": "1" } })];
    stage.consumers.jobs.handlers?.records({ ...jobs, records });
    await stage.clock.advance(0);
    expect(first(stage)).toEqual([null, null]);
  });

  it("is told of no job that waited for its endpoint, and of those that waited for this process", async () => {
    const { deliver, answers } = answeredByHand();
    const stage = await setUp({ deliver, maxPerEndpoint: 1 });
    const key = (endpoint: number) => Buffer.from(`endpoint ${endpoint}`);
    const records = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((endpoint, offset) =>
      someRecord({ offset, key: key(endpoint) }),
    );
    stage.consumers.jobs.handlers?.records({ ...jobs, records });
    while (first(stage).length < records.length) {
      for (const answer of answers.splice(0)) answer.resolve(delivered);
      await settle();
    }
    expect(first(stage).filter((ms) => ms === null)).toHaveLength(1);
    expect(first(stage).filter((ms) => ms === 500)).toHaveLength(records.length - 1);
  });
});

describe("the end of the stage", () => {
  it("comes when a consumer ends by itself, after what is in flight is finished and committed", async () => {
    const deciding = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => deciding.promise });
    await stage.take(0);
    stage.consumers.retries.end();
    await settle();
    deciding.resolve(delivered);
    await stage.ended;
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 1 });
  });

  it("comes when a consumer fails, with the same order and its error", async () => {
    const deciding = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => deciding.promise });
    await stage.take(0);
    const failure = new Error("beyond repair");
    const ended = stage.ended.catch((error: unknown) => error);
    stage.consumers.retries.fail(failure);
    await settle();
    deciding.resolve(delivered);
    expect(await ended).toBe(failure);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 1 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("leaves no timer behind, though retries are pending: the process can end", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    const headers = { "onhook-due-at": String(nine + 4000) };
    const records = [someRecord({ topic: "r.4s", headers })];
    stage.consumers.retries.handlers?.records({ topic: "r.4s", partition: 0, records });
    stage.stop.abort();
    await stage.ended;
    expect(stage.clock.pendingTimers).toBe(0);
    expect(stage.types()).toEqual(["delivery.surveyed"]);
  });

  it("waits for a write that the log does not take, until the time for it is over", async () => {
    const never = new Promise<void>(() => undefined);
    const stage = await setUp({ deliver: async () => delivered, write: () => never });
    await stage.take(0);
    stage.stop.abort();
    let ended = false;
    void stage.ended.then(() => (ended = true));
    await stage.clock.advance(60_000);
    expect(ended).toBe(false);
    stage.kill.abort();
    await stage.ended;
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0 }]);
  });
});
