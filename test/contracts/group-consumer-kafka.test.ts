import { describe, expect, onTestFinished, test } from "vitest";
import { GroupConsumer } from "../../src/kafka/group-consumer.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Collected, running } from "./collected.ts";
import { createGroup } from "./group-under-test.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

describe("a member of a group of Kafka", () => {
  test("waits for a topic that is missing, tells of it, and joins when it is there", async () => {
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ events });
    const topic = ownName("late");
    const collected = new Collected();
    const consumer = log.consumer(ownName("group"), [topic]);
    const run = running((signal) => consumer.run(collected.handlers, signal));
    onTestFinished(() => run.stop());
    const crashes = () => events.filter(({ type }) => type === "consumer.crashed");
    await expect.poll(() => crashes().length, { timeout: 30_000 }).toBeGreaterThan(0);
    await log.createTopic(topic, 1);
    await using writer = log.writer();
    await writer.write({ topic, key: "k", value: Buffer.from("late") });
    await collected.untilCount(1);
    expect(crashes()[0]).toMatchObject({ restarts: true });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "consumer.joined", assignment: { [topic]: [0] } }),
    );
  });

  test("sees nothing of a transaction that was aborted, and is not held up by its marker", async () => {
    const kafka = kafkaClient();
    const { topic, member } = await createGroup(kafkaLog({ kafka }), 1);
    const { collected } = member();
    const producer = kafka.producer({ transactionalId: ownName("tx"), maxInFlightRequests: 1 });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    for (const word of ["aborted", "committed", "aborted again", "last"]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: word }] });
      await (word.startsWith("aborted") ? transaction.abort() : transaction.commit());
    }
    await collected.untilCount(2);
    expect(collected.values).toEqual(["committed", "last"]);
  });

  test("holds on to no more than the record's own bytes, however much came with it", async () => {
    const { topic, member } = await createGroup(kafkaLog(), 1);
    await using writer = kafkaLog().writer();
    const values = [Buffer.alloc(300_000, "x"), Buffer.from("small"), Buffer.alloc(300_000, "y")];
    await Promise.all(values.map((value) => writer.write({ topic, key: "k", value })));
    const { collected } = member();
    await collected.untilCount(3);
    const small = collected.records[1];
    for (const own of [small?.key, small?.value]) {
      expect(own?.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
    }
  });

  test("tells its lag, its fetches and each change of the group", async () => {
    const events: KafkaEvent[] = [];
    const { topic, groupId, write, member } = await createGroup(kafkaLog({ events }), 1);
    await write("0", "1");
    const { collected } = member();
    await collected.untilCount(2);
    member();
    await expect.poll(() => events.map(({ type }) => type)).toContain("consumer.rebalancing");
    const lag = { type: "consumer.lag", group: groupId, topic, partition: 0, lag: 0 };
    expect(events).toContainEqual(lag);
    const fetched = events.filter((event) => event.type === "consumer.fetched");
    const [at, node] = [expect.any(Number) as number, fetched[0]?.node as number];
    expect(fetched).toContainEqual({
      type: "consumer.fetched",
      group: groupId,
      at,
      node,
      nodes: expect.arrayContaining([node]) as number[],
    });
    expect(node).toBeTypeOf("number");
  });

  test("tells when it is asked how many of its partitions are paused", async () => {
    const events: KafkaEvent[] = [];
    const { topic, groupId, write } = await createGroup(kafkaLog(), 2);
    await write("0", "1");
    const session = { sessionTimeoutMs: 6000, heartbeatIntervalMs: 500 };
    const consumer = new GroupConsumer(
      kafkaClient(),
      { groupId, topics: [topic], maxBytesPerPartition: 1_000_000, ...session },
      { clock: systemClock, emit: (event) => void events.push(event) },
    );
    const paused = () => {
      consumer.survey();
      return events.findLast(({ type }) => type === "consumer.paused");
    };
    const collected = new Collected();
    const run = running((signal) => consumer.run(collected.handlers, signal));
    onTestFinished(() => run.stop());
    await collected.untilCount(2);
    expect(paused()).toEqual({ type: "consumer.paused", group: groupId, partitions: 0 });
    consumer.pause({ topic, partition: 0 });
    consumer.pause({ topic, partition: 1 });
    expect(paused()).toMatchObject({ partitions: 2 });
    consumer.resume({ topic, partition: 0 });
    expect(paused()).toMatchObject({ partitions: 1 });
  });

  test("keeps its partitions when others come and go, as far as a fair share allows", async () => {
    const { member } = await createGroup(kafkaLog(), 12);
    const has = ({ collected }: ReturnType<typeof member>): string[] =>
      (collected.assignments.at(-1) ?? []).map(partitionKey).sort();
    async function untilShared(members: readonly ReturnType<typeof member>[]): Promise<void> {
      const sizes = () => members.map((each) => has(each).length);
      const even = members.map(() => 12 / members.length);
      await expect.poll(sizes, { timeout: 20_000 }).toEqual(even);
    }
    const [one, two] = [member(), member()];
    await untilShared([one, two]);
    const before = [has(one), has(two)];
    const three = member();
    await untilShared([one, two, three]);
    for (const [index, each] of [one, two].entries())
      expect(before[index]).toEqual(expect.arrayContaining(has(each)));
    const kept = [has(one), has(two)];
    await three.stop();
    await untilShared([one, two]);
    for (const [index, each] of [one, two].entries())
      expect(has(each)).toEqual(expect.arrayContaining(kept[index] ?? []));
  });
});
