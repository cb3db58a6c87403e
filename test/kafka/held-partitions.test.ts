import { describe, expect, it } from "vitest";
import { HeldPartitions } from "../../src/kafka/held-partitions.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const [zero, one] = [0, 1].map((partition) => ({ topic: "calls", partition })) as [At, At];
type At = { readonly topic: string; readonly partition: number };

/** A consumer that notes which partitions it fetches, and refuses when stopped, as that of kafkajs does. */
class NotedConsumer {
  readonly paused = new Set<number>();
  stopped = false;

  pause(of: { partitions?: number[] }[]): void {
    this.#each(of, (partition) => this.paused.add(partition));
  }
  resume(of: { partitions?: number[] }[]): void {
    this.#each(of, (partition) => this.paused.delete(partition));
  }
  list(): number[] {
    return [...this.paused];
  }
  #each(of: { partitions?: number[] }[], change: (partition: number) => void): void {
    if (this.stopped)
      throw Object.assign(new Error("not initialized"), { name: "KafkaJSNonRetriableError" });
    for (const { partitions = [] } of of) partitions.forEach(change);
  }
}

function setUp() {
  const clock = createFakeClock();
  const counts: number[] = [];
  const held = new HeldPartitions(clock, (count) => void counts.push(count));
  const consumer = new NotedConsumer();
  held.joined(consumer, [zero, one]);
  return { clock, held, consumer, counts };
}

it("tells how many partitions are held, at each join and when that has changed", async () => {
  const { clock, held, consumer, counts } = setUp();
  expect(counts).toEqual([0]);
  held.failed(zero);
  held.failed(one);
  held.joined(consumer, [one]);
  await clock.advance(1000);
  held.failed(one);
  held.close();
  expect(counts).toEqual([0, 1, 2, 1, 0, 1, 0]);
});

describe("a partition that failed", () => {
  it("is held alone, and goes on after a back-off that grows while it fails", async () => {
    const { clock, held, consumer } = setUp();
    const waits: number[] = [];
    for (let failure = 0; failure < 6; failure += 1) {
      held.failed(zero);
      expect(consumer.list()).toEqual([0]);
      const from = clock.now();
      while (consumer.paused.size > 0) await clock.advance(10);
      waits.push(clock.now() - from);
    }
    expect(waits[0]).toBeLessThanOrEqual(110);
    expect(waits[5]).toBeGreaterThanOrEqual(1600);
    held.succeeded(zero);
    held.failed(zero);
    await clock.advance(110);
    expect(consumer.list()).toEqual([]);
  });

  it("stays held where the group hands it out anew to a consumer that has forgotten, and no longer than it was to", async () => {
    const { clock, held } = setUp();
    held.failed(zero);
    held.left();
    const next = new NotedConsumer();
    held.joined(next, [zero, one]);
    expect(next.list()).toEqual([0]);
    await clock.advance(110);
    expect(next.list()).toEqual([]);
  });

  it("is held no more when it has been another's meanwhile, though kafkajs remembers that it was", async () => {
    const { clock, held, consumer } = setUp();
    held.failed(zero);
    held.joined(consumer, [one]);
    expect(clock.pendingTimers).toBe(0);
    held.joined(consumer, [zero, one]);
    expect(consumer.list()).toEqual([]);
  });

  it("is not resumed on a consumer that has stopped, and nothing comes of that", async () => {
    const { clock, held, consumer } = setUp();
    held.failed(zero);
    consumer.stopped = true;
    await clock.advance(110);
    const next = new NotedConsumer();
    held.joined(next, [zero, one]);
    expect(next.list()).toEqual([]);
  });

  it("leaves no timer behind when all ends", () => {
    const { clock, held } = setUp();
    held.failed(zero);
    held.failed(one);
    held.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
