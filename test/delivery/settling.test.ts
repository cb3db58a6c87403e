import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/delivery/decision.ts";
import { settle } from "../support/fake-clock.ts";
import { delivered, jobs, setUp } from "./delivery-stage-under-test.ts";

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

  it("waits half a second for one that hangs, and no longer", async () => {
    const stage = await withOneUnderWay();
    await stage.clock.advance(499);
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

  it("has jobs wait for three seconds at most, however long it takes", async () => {
    const stage = await withOneUnderWay();
    await stage.take(1);
    await stage.answer(0);
    await stage.clock.advance(2999);
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

  it("is not waited for by a stage that stops", async () => {
    const stage = await withOneUnderWay();
    stage.stop.abort();
    await stage.answer(0);
    await stage.ended;
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
