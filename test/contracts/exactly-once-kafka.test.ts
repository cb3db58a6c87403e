import type { Consumer, Kafka } from "kafkajs";
// @ts-expect-error kafkajs describes its public parts only.
import brokerClass from "kafkajs/src/broker/index.js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Transform } from "../../src/kafka/exactly-once-processor.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import type { KafkajsBroker } from "../../src/kafka/kafkajs-cluster.ts";
import { TransactionalLane } from "../../src/kafka/transactional-lane.ts";
import { pause, systemClock } from "../../src/runtime/clock.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { kafkaClient, kafkaLog, ownName, sessionTimeoutMs } from "./log-under-test.ts";
import { createStream, inOrder, numbers } from "./stream-under-test.ts";

/** A lane of the same partition as a processor's, in the hands of somebody else. */
function laneOf(groupId: string, topic: string, partition = 0): TransactionalLane {
  const options = {
    source: { topic, partition },
    groupId,
    transactionalIdPrefix: groupId,
    transactionTimeoutMs: 30_000,
    outputs: [],
  };
  const lane = new TransactionalLane(kafkaClient(), options, systemClock);
  onTestFinished(() => lane.close());
  return lane;
}

/** A transform that holds its first batch until it is let go. */
function held(transform: Transform) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding: Transform = async (batch, maxRecordBytes) => {
    reached.resolve();
    await released.promise;
    return transform(batch, maxRecordBytes);
  };
  return { holding, reached: reached.promise, release: released.resolve };
}

/** A clock whose timers do not go off: of a process that is not run, and sends no heartbeats. */
function frozenClock(): { readonly clock: Clock; readonly thaw: () => void } {
  const waiting = new Set<() => void>();
  let frozen = true;
  const at: Clock["at"] = (at, action) => {
    if (!frozen) return systemClock.at(at, action);
    const setOff = (): void => void systemClock.at(at, action);
    waiting.add(setOff);
    return () => void waiting.delete(setOff);
  };
  const thaw = (): void => {
    frozen = false;
    for (const setOff of waiting) setOff();
  };
  return { clock: { now: () => systemClock.now(), at }, thaw };
}

const abortions = (events: readonly KafkaEvent[]) =>
  events.filter((event) => event.type === "transaction.aborted");

describe("a processor whose partition was taken over while it was at work", () => {
  test("is fenced off, and goes on behind what the other has committed", async () => {
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ events }), 1);
    await stream.write(3);
    const { holding, reached, release } = held(stream.echo);
    stream.start(holding);
    await reached;
    const other = laneOf(stream.groupId, stream.topic);
    expect(await other.open()).toBeNull();
    await other.commit([{ topic: stream.outputTopic, key: "k", value: Buffer.from("other") }], 2);
    release();
    await stream.untilCommitted();
    expect(await stream.output()).toEqual(["other", "2"]);
    expect(abortions(events)[0]).toMatchObject({ fenced: true, topic: stream.topic, partition: 0 });
  });

  test("does its batch over where the other has committed nothing", async () => {
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ events }), 1);
    await stream.write(3);
    const { holding, reached, release } = held(stream.echo);
    stream.start(holding);
    await reached;
    const other = laneOf(stream.groupId, stream.topic);
    await other.open();
    await other.close();
    release();
    await stream.untilCommitted();
    expect(await stream.output()).toEqual(numbers(3));
    expect(abortions(events)[0]).toMatchObject({ fenced: true });
  });

  test("for having been frozen doubles and loses nothing, and neither does its successor", async () => {
    const stream = await createStream(kafkaLog(), 1);
    const [frozenEvents, successorEvents]: [KafkaEvent[], KafkaEvent[]] = [[], []];
    const { holding, reached, release } = held(stream.echo);
    const { clock, thaw } = frozenClock();
    const frozen = stream.start(holding, kafkaLog({ events: frozenEvents, clock }));
    await stream.write(50);
    await reached;
    const successor = stream.start(stream.echo, kafkaLog({ events: successorEvents }));
    await expect.poll(() => successor.count, { timeout: 10 * sessionTimeoutMs }).toBeGreaterThan(0);
    await stream.write(50);
    thaw();
    release();
    await expect.poll(() => abortions(frozenEvents).length, { timeout: 20_000 }).toBeGreaterThan(0);
    const written = await stream.writeUntil(() => frozen.count + successor.count > 150);
    await stream.untilCommitted();
    expect(inOrder(await stream.output())).toEqual(numbers(written));
    // It does not fight for the partition either: the successor is never fenced off in its turn.
    expect(abortions(successorEvents)).toEqual([]);
  });
});

type EndTxn = KafkajsBroker["endTxn"];

/** A client whose transactions are committed as `end` does it. */
function clientThat(end: (ask: () => ReturnType<EndTxn>) => ReturnType<EndTxn>): Kafka {
  const endTxn = brokerClass.prototype.endTxn as EndTxn;
  vi.spyOn(brokerClass.prototype, "endTxn").mockImplementation(function of(
    this: KafkajsBroker,
    request: Parameters<EndTxn>[0],
  ) {
    const ask = () => endTxn.call(this, request);
    return request.transactionResult ? end(ask) : ask();
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return kafkaClient();
}

describe("a commit in doubt", () => {
  test("that was taken is not repeated", async () => {
    let commits = 0;
    const kafka = clientThat(async (end) => {
      const answer = await end();
      commits += 1;
      if (commits === 1) throw new Error("the answer was lost");
      return answer;
    });
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ kafka, events }), 1);
    await stream.write(5);
    stream.start();
    await expect.poll(() => abortions(events).length).toBe(1);
    await stream.write(5);
    await stream.untilCommitted();
    expect(await stream.output()).toEqual(numbers(10));
    expect(abortions(events)).toMatchObject([{ fenced: false }]);
  });

  test("that was not taken is repeated, and nobody sees what was written before", async () => {
    let commits = 0;
    const kafka = clientThat(async (end) => {
      commits += 1;
      if (commits <= 2) throw new Error("the broker is away");
      return end();
    });
    const stream = await createStream(kafkaLog({ kafka }), 1);
    await stream.write(5);
    stream.start();
    await stream.untilCommitted();
    const read = await stream.log.read(stream.outputTopic);
    expect(read.map(({ value }) => String(value))).toEqual(numbers(5));
    // Two transactions that nobody sees stand before them, each with its marker.
    expect(read[0]?.offset).toBe(12);
  });
});

describe("a batch with a record that a topic of the output does not take", () => {
  test("is done without that one's value, however the topic is set, and the others are whole", async () => {
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ events }), 2);
    const small = ownName("small");
    await stream.log.createTopic(small, 1, { "max.message.bytes": "100000" });
    await stream.write(20);
    // As a transform should: it keeps each record below what it is told. One is made larger than the topic takes.
    stream.start(async ({ records, ...at }, maxRecordBytes) => {
      const echoed = await stream.echo({ records, ...at });
      const copies = records.map(({ key, value }) => {
        const large = String(value) === "7";
        const padded = large ? Buffer.alloc(300_000, "x") : value;
        const fits = (padded?.length ?? 0) <= maxRecordBytes;
        return { topic: small, key, value: fits ? padded : null };
      });
      return { ...echoed, records: copies };
    });
    await stream.untilCommitted();
    const read = await stream.log.read(small);
    const values = read.map(({ value }) => value?.toString() ?? "without");
    const others = numbers(20).filter((value) => value !== "7");
    expect(values.toSorted()).toEqual([...others, "without"].toSorted());
    expect(abortions(events).length).toBeGreaterThan(0);
  });
});

describe("the heartbeats of a processor", () => {
  test("go on while a transform takes longer than the session, and it keeps its partition", async () => {
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ events }), 1);
    await stream.write(3);
    const { holding, reached, release } = held(stream.echo);
    stream.start(holding);
    await reached;
    // The group itself gives up whoever is silent for a session: there is no other signal to wait for.
    await pause(systemClock, 1.5 * sessionTimeoutMs);
    release();
    await stream.untilCommitted();
    expect(await stream.output()).toEqual(numbers(3));
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "consumer.joined")).toHaveLength(1);
    expect(types).not.toContain("transaction.aborted");
  });
});

describe("a batch that kafkajs hands out although it is committed", () => {
  test("is left out, whole or in part, and what follows is done", async () => {
    const kafka = kafkaClient();
    const consumers: Consumer[] = [];
    const consumer = kafka.consumer.bind(kafka);
    const watched: Kafka = Object.assign(kafka, {
      consumer: (options: Parameters<Kafka["consumer"]>[0]) => {
        const made = consumer(options);
        consumers.push(made);
        return made;
      },
    });
    const stream = await createStream(kafkaLog({ kafka: watched }), 1);
    const seen: number[] = [];
    let empty = false;
    stream.start(async (batch) => {
      empty ||= batch.records.length === 0;
      seen.push(...batch.records.map(({ offset }) => offset));
      return stream.echo(batch);
    });
    await stream.write(5);
    await stream.untilCommitted();
    consumers[0]?.seek({ topic: stream.topic, partition: 0, offset: "0" });
    await stream.write(5);
    await stream.untilCommitted();
    consumers[0]?.seek({ topic: stream.topic, partition: 0, offset: "3" });
    await stream.write(1);
    await stream.untilCommitted();
    expect(seen).toEqual(numbers(11).map(Number));
    expect(empty).toBe(false);
    expect(await stream.output()).toEqual(numbers(11));
  });
});

describe("a topic that is deleted and made again", () => {
  test("is done from its new beginning, though the old one had gone further", async () => {
    const stream = await createStream(kafkaLog(), 1);
    await stream.write(10);
    stream.start();
    await stream.untilCommitted();
    await stream.log.deleteTopic(stream.topic);
    await stream.log.createTopic(stream.topic, 1);
    await stream.write(5);
    await stream.untilCommitted();
    expect(await stream.output()).toEqual(numbers(15));
  });
});

describe("a transactional lane", () => {
  test("commits one transaction right after another, each from where the one before has ended", async () => {
    const stream = await createStream(kafkaLog(), 1);
    const lane = laneOf(stream.groupId, stream.topic);
    expect(await lane.open()).toBeNull();
    for (const [index, value] of numbers(30).entries()) {
      const record = { topic: stream.outputTopic, key: "k", value: Buffer.from(value) };
      await lane.commit([record], index + 1);
    }
    expect(await stream.output()).toEqual(numbers(30));
    expect(await lane.open()).toBe(30);
  });

  test("writes more than one send can carry in one transaction", async () => {
    const stream = await createStream(kafkaLog(), 1);
    const lane = laneOf(stream.groupId, stream.topic);
    await lane.open();
    const value = Buffer.alloc(10_000, "x");
    const records = numbers(700).map((key) => ({ topic: stream.outputTopic, key, value }));
    await lane.commit(records, 1);
    const read = await stream.log.read(stream.outputTopic);
    expect(read.map(({ key }) => String(key))).toEqual(numbers(700));
  });

  test("takes nothing before it is opened or after it is closed", async () => {
    const lane = laneOf(ownName("group"), ownName("topic"));
    await expect(lane.commit([], 1)).rejects.toMatchObject({ code: "LANE_CLOSED" });
  });
});
