import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { pause, systemClock } from "../../../src/runtime/clock.ts";
import { running } from "../../contracts/collected.ts";
import { finishingIntake } from "../../contracts/finishing-intake.ts";
import { kafkaLog, ownName } from "../../contracts/log-under-test.ts";
import type { LogUnderTest } from "../../contracts/log-under-test.ts";
import { createStream, inOrder, numbers } from "../../contracts/stream-under-test.ts";
import { useThreeBrokers } from "../../support/three-brokers.ts";

const cluster = useThreeBrokers();
afterEach(() => cluster.startAll());

const patience = { timeout: 120_000, interval: 200 };

const clusterLog = (): LogUnderTest => kafkaLog({ kafka: cluster.client(5000), replicas: 3 });

/** A member of a group that finishes each record at once, and commits all the while. */
function deliverAll(log: LogUnderTest, topic: string) {
  const groupId = ownName("deliver");
  const consumer = log.consumer(groupId, [topic]);
  const { done, intake } = finishingIntake(consumer);
  const run = running(async (signal) => {
    const consuming = consumer.run(intake, signal);
    while (!signal.aborted) {
      // A commit that was not taken is said again.
      await Promise.allSettled([intake.commit()]);
      await pause(systemClock, 50, signal);
    }
    await consuming;
  });
  onTestFinished(() => run.stop());
  return { done, groupId };
}

const faults = {
  "is killed": async (index: number) => {
    await cluster.stack.stopBroker(index, "SIGKILL");
    return async () => await cluster.stack.startBroker(index);
  },
  "is restarted": async (index: number) => {
    await cluster.stack.stopBroker(index, "SIGTERM");
    return async () => await cluster.stack.startBroker(index);
  },
  "is frozen": async (index: number) => {
    await cluster.stack.freezeBroker(index);
    return async () => await cluster.stack.thawBroker(index);
  },
};

describe("while 5,000 records flow through writer, processor and consumer", () => {
  test.each(Object.entries(faults))(
    "nothing is lost and nothing doubled where the leader of their partitions %s, and comes back",
    async (_, strike) => {
      const log = clusterLog();
      const stream = await createStream(log, 3);
      const { done } = deliverAll(log, stream.outputTopic);
      stream.start();
      await stream.write(1000);
      await done.untilCount(500);
      const writing = stream.write(2000);
      const leader = await cluster.leaderOf(stream.topic, 0);
      const mend = await strike(leader);
      await expect.poll(() => cluster.leaderOf(stream.topic, 0), patience).not.toBe(leader);
      await writing;
      await stream.write(1000);
      await mend();
      await stream.write(1000);
      await done.untilCount(5000);
      const written = (await log.read(stream.topic)).map(({ value }) => String(value));
      expect(inOrder(written)).toEqual(numbers(5000));
      expect(inOrder(await stream.output())).toEqual(numbers(5000));
      expect(inOrder(done.values)).toEqual(numbers(5000));
    },
  );
});

describe("send() of kafkajs to several partitions, one of whose leaders moves", () => {
  test("resolves although that one was not written; the writer writes and confirms each", async () => {
    const kafka = cluster.client(5000);
    const [topic, other] = [ownName("sent"), ownName("sent")];
    for (const each of [topic, other]) {
      await cluster.createTopic(
        each,
        [
          [0, 1],
          [1, 2],
        ],
        { "min.insync.replicas": "1" },
      );
    }
    const retry = { retries: 20, maxRetryTime: 1000 };
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    // So that it knows all leaders, as a producer at work does.
    const both = [0, 1].map((partition) => ({ partition, value: "before" }));
    await producer.send({ topic, messages: both });

    const log = kafkaLog({ kafka });
    await using writer = log.writer();
    const keys = ["a", "b", "c", "d", "e", "f"];
    const writeAll = () =>
      Promise.all(keys.map((key) => writer.write({ topic: other, key, value: null })));
    await writeAll();

    // The other partition is answered for before the frozen leader's connection breaks.
    await cluster.stack.freezeBroker(0);
    const messages = [0, 1].map((partition) => ({ partition, value: "after" }));
    const answered = Promise.withResolvers<void>();
    producer.on("producer.network.request", ({ payload }) => {
      const { apiName, broker } = payload;
      if (apiName === "Produce" && broker === cluster.stack.brokers[1]) answered.resolve();
    });
    const sending = producer.send({ topic, acks: -1, messages });
    const writing = writeAll();
    await answered.promise;
    await cluster.stack.stopBroker(0, "SIGKILL");
    const [answers, places] = await Promise.all([sending, writing]);
    expect(answers.map(({ partition }) => partition)).toEqual([1]);
    const read = await log.read(topic);
    const after = read.filter(({ value }) => String(value) === "after");
    expect(after.map(({ partition }) => partition)).toEqual([1]);

    expect(new Set(places.map(({ partition }) => partition)).size).toBe(2);
    const written = (await log.read(other)).map(({ key }) => String(key));
    expect(written.toSorted()).toEqual([...keys, ...keys].toSorted());
  });
});

describe("a topic that is made again on other brokers", () => {
  test("is processed whole by a processor that stays", async () => {
    const log = clusterLog();
    const stream = await createStream(log, 1);
    const leader = await cluster.leaderOf(stream.topic, 0);
    await stream.write(8);
    stream.start();
    await stream.untilCommitted();
    await log.deleteTopic(stream.topic);
    const elsewhere = (leader + 1) % 3;
    await cluster.createTopic(stream.topic, [[elsewhere]], { "min.insync.replicas": "1" });
    await stream.write(3);
    await expect.poll(() => stream.output(), patience).toHaveLength(11);
    expect(inOrder(await stream.output())).toEqual(numbers(11));
  });
});
