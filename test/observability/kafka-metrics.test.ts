import { describe, expect, test } from "vitest";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { sampleEvents } from "../support/sample-events.ts";
import { read, samples } from "./samples.ts";

test("the lag of a partition is forgotten when it goes to another process", async () => {
  const { record, registry } = createMetrics(createFakeClock());
  const lag = (partition: number, group = "g") =>
    record({ type: "consumer.lag", group, topic: "t", partition, lag: 10 + partition });
  lag(0);
  lag(1);
  lag(0, "other");
  record({ type: "consumer.joined", group: "g", assignment: { t: [1] } });
  const found = [...read(await registry.metrics())].filter(([name]) =>
    name.startsWith("onhook_consumer_lag"),
  );
  expect(found).toEqual([
    ['onhook_consumer_lag{topic="t",partition="1",group="g"}', 11],
    ['onhook_consumer_lag{topic="t",partition="0",group="other"}', 10],
  ]);
});

test("the age of the last fetch grows while nothing is fetched, from the join on", async () => {
  const clock = createFakeClock();
  const { record, registry } = createMetrics(clock);
  const age = async () =>
    read(await registry.metrics()).get('onhook_consumer_fetch_age_seconds{group="g"}');
  expect(await age()).toBeUndefined();
  record({ type: "consumer.joined", group: "g", assignment: {} });
  await clock.advance(30_000);
  expect(await age()).toBe(30);
  record({ type: "consumer.fetched", group: "g", at: clock.now(), node: 1, nodes: [1] });
  await clock.advance(1500);
  record({ type: "consumer.joined", group: "g", assignment: {} });
  expect(await age()).toBe(1.5);
});

describe("with several brokers the age of the last fetch", () => {
  async function setUp() {
    const clock = createFakeClock();
    const { record, registry } = createMetrics(clock);
    const age = async () =>
      read(await registry.metrics()).get('onhook_consumer_fetch_age_seconds{group="g"}');
    const fetched = (node: number, nodes = [1, 2, 3]): void =>
      record({ type: "consumer.fetched", group: "g", at: clock.now(), node, nodes });
    const joined = (): void => record({ type: "consumer.joined", group: "g", assignment: {} });
    joined();
    for (const node of [1, 2, 3]) fetched(node);
    return { clock, record, age, fetched, joined };
  }

  test("is that of the broker whose answer is the oldest, whatever the others answer", async () => {
    const { clock, age, fetched } = await setUp();
    for (let second = 0; second < 10; second += 1) {
      await clock.advance(1000);
      fetched(1);
      fetched(3);
    }
    expect(await age()).toBe(10);
    fetched(2);
    expect(await age()).toBe(0);
  });

  test("counts one that has never answered from the first answer of another", async () => {
    const { clock, age, fetched, joined } = await setUp();
    joined();
    fetched(1);
    await clock.advance(4000);
    fetched(1);
    expect(await age()).toBe(4);
  });

  test("counts none that is gone", async () => {
    const { clock, age, fetched } = await setUp();
    await clock.advance(4000);
    fetched(1, [1, 3]);
    fetched(3, [1, 3]);
    expect(await age()).toBe(0);
  });

  test.each(["consumer.joined", "consumer.crashed"] as const)(
    "begins anew with the last answer of all at %s: whoever fetched is gone",
    async (type) => {
      const { clock, record, age, fetched } = await setUp();
      await clock.advance(4000);
      fetched(1);
      await clock.advance(1000);
      expect(await age()).toBe(5);
      record({ ...sampleEvents[type], group: "g" });
      expect(await age()).toBe(1);
      await clock.advance(1000);
      expect(await age()).toBe(2);
    },
  );
});

test("groups are as far as they were read, and count as read only where all were", async () => {
  const whole = sampleEvents["groups.read"];
  const [first] = whole.lags;
  const found = await samples(whole, {
    ...whole,
    at: whole.at + 60_000,
    isWhole: false,
    lags: first === undefined ? [] : [{ ...first, records: 500 }],
    members: [],
  });
  expect(found.get('onhook_group_lag{topic="onhook.cdr",group="onhook-match"}')).toBe(500);
  expect(found.get('onhook_group_lag{topic="onhook.jobs",group="onhook-deliver"}')).toBe(7);
  expect(found.get("onhook_group_lag_last_success_timestamp_seconds")).toBe(whole.at / 1000);
});

test("groups are as the brokers said last, and a look that failed leaves them so", async () => {
  const found = await samples(
    sampleEvents["groups.read"],
    sampleEvents["groups.reading-failed"],
    sampleEvents["consumer.paused"],
  );
  expect(found.get('onhook_group_lag{topic="onhook.cdr",group="onhook-match"}')).toBe(120);
  expect(found.get('onhook_group_members{group="onhook-deliver"}')).toBe(0);
  const at = found.get("onhook_group_lag_last_success_timestamp_seconds");
  expect(at).toBe(Date.UTC(2026, 0, 5, 9) / 1000);
  expect(found.get('onhook_paused_partitions{group="onhook-deliver"}')).toBe(3);
});

test("what was deleted unread counts by its topic, whether a group or a table lost it", async () => {
  const found = await samples(
    sampleEvents["consumer.records-lost"],
    sampleEvents["consumer.records-lost"],
    sampleEvents["store.records-lost"],
    sampleEvents["consumer.rewound"],
  );
  expect(found.get('onhook_records_lost_total{topic="onhook.cdr"}')).toBe(300);
  expect(found.get('onhook_records_lost_total{topic="onhook.triggers"}')).toBe(6);
  expect(found.get('onhook_partition_rewinds_total{topic="onhook.cdr"}')).toBe(1);
});
