import { describe, expect, it } from "vitest";
import { createDeliveryStage } from "../../src/delivery/delivery-stage.ts";
import type { Decision } from "../../src/delivery/decision.ts";
import { OnhookError } from "../../src/errors.ts";
import { answeredByHand, delivered, setUp } from "./delivery-stage-under-test.ts";
import { nine } from "./some-jobs.ts";
import { settle } from "../support/fake-clock.ts";

describe("the survey", () => {
  it("tells nothing before the stage runs", () => {
    const told: unknown[] = [];
    const emit = (event: unknown): void => void told.push(event);
    createDeliveryStage({ emit } as Parameters<typeof createDeliveryStage>[0]).survey();
    expect(told).toEqual([]);
  });

  it("counts what waits in memory for its time or its turn, and not what is under way", async () => {
    const answer = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => answer.promise, maxPerEndpoint: 4 });
    await stage.take(0, 1, 2, 3, 4, 5);
    await stage.retry(0, nine + 3000);
    expect(stage.survey()).toMatchObject({ buffered: 3, inFlightLimit: 10 });
    answer.resolve(delivered);
    await stage.clock.advance(3000);
    expect(stage.survey()).toMatchObject({ buffered: 0 });
  });

  it("has a rung's oldest job that has not gone out get the more overdue the longer it waits, until it goes", async () => {
    const { deliver, answers } = answeredByHand();
    const stage = await setUp({ deliver, maxPerEndpoint: 1 });
    const overdue = () => Object.fromEntries(stage.survey()?.overdueMs ?? []);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
    await stage.retry(0, nine + 100);
    await stage.retry(1, nine + 200);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
    await stage.clock.advance(900);
    // The first is under way; the second waits behind it.
    expect(overdue()).toEqual({ "2s": 0, "4s": 700 });
    await stage.clock.advance(50);
    expect(overdue()).toEqual({ "2s": 0, "4s": 750 });
    answers[0]?.resolve(delivered);
    await settle();
    expect(answers).toHaveLength(2);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
  });

  it("has a job that can't be handled now be overdue, until it is or belongs to another worker", async () => {
    let away = true;
    const stage = await setUp({
      async deliver() {
        if (away) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    const overdue = () => stage.survey()?.overdueMs.get("4s") ?? 0;
    await stage.retry(0, nine);
    await stage.clock.advance(5000);
    expect(overdue()).toBe(5000);
    stage.consumers.retries.handlers?.assigned([]);
    expect(overdue()).toBe(0);
    await stage.retry(1, nine);
    await stage.clock.advance(1000);
    expect(overdue()).toBe(6000);
    away = false;
    await stage.clock.advance(10_000);
    expect(overdue()).toBe(0);
  });

  it("has a job that a mistake keeps from ever being handled be overdue", async () => {
    const deliver = async () => Promise.reject(new TypeError("a mistake"));
    const stage = await setUp({ deliver });
    await stage.retry(0, nine);
    await stage.clock.advance(60_000);
    expect(stage.types()).toContain("delivery.held");
    expect(stage.survey()?.overdueMs.get("4s")).toBe(60_000);
  });

  it("has nothing in hand any more when the stage has ended", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.retry(0, nine + 3000);
    stage.stop.abort();
    await stage.ended;
    await stage.clock.advance(60_000);
    const surveys = () => stage.events.filter((event) => event.type === "delivery.surveyed");
    const told = surveys();
    expect(told.at(-1)?.buffered).toBe(0);
    expect(told.at(-1)?.overdueMs.get("4s")).toBe(0);
    stage.survey();
    expect(surveys()).toHaveLength(told.length);
  });
});
