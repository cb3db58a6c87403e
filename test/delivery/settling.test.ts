import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/delivery/decision.ts";
import { settle } from "../support/fake-clock.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { delivered, jobs, setUp } from "./delivery-stage-under-test.ts";
import { someRecord } from "./some-jobs.ts";

/** A stage whose requests end when they are told to, and one of them under way. */
async function withOneUnderWay() {
  const begun: number[] = [];
  const answers = new Map<number, (decision: Decision) => void>();
  const stage = await setUp({
    deliver({ offset }) {
      begun.push(offset);
      return new Promise((resolve) => answers.set(offset, resolve));
    },
  });
  await stage.take(0);
  expect(begun).toEqual([0]);
  const answer = async (offset: number): Promise<void> => {
    answers.get(offset)?.(delivered);
    await settle();
  };
  let settled = false;
  void stage.consumers.jobs.handlers?.settle?.().finally(() => (settled = true));
  const assigned = async (...partitions: number[]): Promise<void> => {
    const at = partitions.map((partition) => ({ topic: jobs.topic, partition }));
    stage.consumers.jobs.handlers?.assigned(at);
    await settle();
  };
  return { ...stage, begun, answer, assigned, isSettled: () => settled };
}

describe("a group that shares its partitions out anew", () => {
  it("waits for a request that is under way, and for its commit", async () => {
    const stage = await withOneUnderWay();
    await stage.clock.advance(400);
    expect(stage.isSettled()).toBe(false);
    await stage.answer(0);
    expect(stage.isSettled()).toBe(true);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 1 });
  });

  it("waits a second for one that hangs, and no longer", async () => {
    const stage = await withOneUnderWay();
    await stage.clock.advance(999);
    expect(stage.isSettled()).toBe(false);
    await stage.clock.advance(1);
    expect(stage.isSettled()).toBe(true);
  });

  it("has nothing begun meanwhile: what stays is begun after it, what has gone to another never", async () => {
    const stage = await withOneUnderWay();
    await stage.take(1);
    await stage.answer(0);
    expect(stage.begun).toEqual([0]);
    await stage.assigned(0);
    expect(stage.begun).toEqual([0, 1]);
    const moved = await withOneUnderWay();
    await moved.take(1);
    await moved.assigned(5);
    expect(moved.begun).toEqual([0]);
  });

  it("has jobs wait for a heartbeat and two seconds at most, however long it takes", async () => {
    const stage = await withOneUnderWay();
    await stage.take(1);
    await stage.answer(0);
    await stage.clock.advance(3499);
    expect(stage.begun).toEqual([0]);
    await stage.clock.advance(1);
    expect(stage.begun).toEqual([0, 1]);
  });

  it("has jobs wait until both groups are done with it", async () => {
    const stage = await withOneUnderWay();
    const { retries } = stage.consumers;
    void retries.handlers?.settle?.();
    await stage.take(1);
    await stage.assigned(0);
    expect(stage.begun).toEqual([0]);
    retries.handlers?.assigned([]);
    await settle();
    expect(stage.begun).toEqual([0, 1]);
  });

  it("has nothing begun in between where it does so twice in a row", async () => {
    const stage = await withOneUnderWay();
    await stage.take(1);
    await stage.answer(0);
    void stage.consumers.jobs.handlers?.settle?.();
    await settle();
    expect(stage.begun).toEqual([0]);
    await stage.assigned(0);
    expect(stage.begun).toEqual([0, 1]);
  });

  it("waits for a job that is on its way to a rung of the ladder, too", async () => {
    const written = Promise.withResolvers<void>();
    const outcome = {
      kind: "failed",
      reason: "status",
      status: 429,
      error: "",
      waitMs: 10_000,
    } as const;
    const stage = await setUp({
      deliver: async () => ({ ...delivered, outcome }),
      write: ({ topic }) => (topic.startsWith("r.") ? written.promise : Promise.resolve()),
    });
    await stage.take(0);
    // Its endpoint asked to be left alone.
    await stage.take(1);
    let settled = false;
    void stage.consumers.jobs.handlers?.settle?.().finally(() => (settled = true));
    await settle();
    expect(settled).toBe(false);
    written.resolve();
    await settle();
    expect(settled).toBe(true);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 2 });
  });

  it("sends nobody on a detour for what had to wait for it", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.take(0);
    void stage.consumers.retries.handlers?.settle?.();
    await settle();
    const some = (key: string, from: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        someRecord({ ...jobs, offset: from + index, key: Buffer.from(key) }),
      );
    const give = async (records: readonly LogRecord[]): Promise<void> => {
      stage.consumers.jobs.handlers?.records({ ...jobs, records });
      await settle();
    };
    await give([...some("other", 1, 1), ...some("busy", 2, 60)]);
    await stage.clock.advance(2000);
    await give(some("busy", 62, 20));
    stage.consumers.retries.handlers?.assigned([]);
    await stage.clock.advance(100);
    const attempted = stage.types().filter((type) => type === "delivery.attempted");
    expect([attempted.length, stage.types().includes("delivery.detoured")]).toEqual([82, false]);
  });

  it("has what is finished after it committed by a stage that stops before the next batch has come", async () => {
    const stage = await withOneUnderWay();
    await stage.take(1);
    await stage.answer(0);
    await stage.assigned(0);
    stage.stop.abort();
    await stage.answer(1);
    await stage.ended;
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 2 });
  });

  it("is not waited for by a stage that stops", async () => {
    const stage = await withOneUnderWay();
    stage.stop.abort();
    await stage.answer(0);
    await stage.ended;
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
