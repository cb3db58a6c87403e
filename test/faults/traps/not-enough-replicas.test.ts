import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { KafkaEvent } from "../../../src/kafka/kafka-events.ts";
import { kafkaLog, ownName } from "../../contracts/log-under-test.ts";
import type { LogUnderTest } from "../../contracts/log-under-test.ts";
import { createStream, inOrder, numbers } from "../../contracts/stream-under-test.ts";
import { useThreeBrokers } from "../../support/three-brokers.ts";

const cluster = useThreeBrokers();
afterEach(() => cluster.startAll());

const patience = { timeout: 120_000, interval: 200 };

const clusterLog = (events: KafkaEvent[]): LogUnderTest =>
  kafkaLog({ kafka: cluster.client(5000), replicas: 3, events });

const refusals = (events: readonly KafkaEvent[], type: KafkaEvent["type"]) =>
  events.filter((event) => event.type === type);

/** Every type that an error and its causes carry. */
function typesOf(event: KafkaEvent | undefined): string[] {
  const types: string[] = [];
  let each = event !== undefined && "error" in event ? event.error : undefined;
  while (each instanceof Error) {
    if ("type" in each) types.push(String(each.type));
    each = each.cause;
  }
  return types;
}

describe("a topic with fewer replicas in sync than it asks for", () => {
  test("is written by the writer once, all of it, when the broker that is missing comes back", async () => {
    const events: KafkaEvent[] = [];
    const log = clusterLog(events);
    const topic = ownName("three");
    await cluster.createTopic(topic, [[0, 1, 2]], { "min.insync.replicas": "3" });
    const writer = log.writer();
    onTestFinished(() => writer[Symbol.asyncDispose]());
    const write = (value: string) => writer.write({ topic, key: "k", value: Buffer.from(value) });
    await write("0");
    await cluster.stack.stopBroker(2, "SIGKILL");
    const writes = numbers(50).slice(1).map(write);
    await expect
      .poll(() => refusals(events, "producer.retrying").flatMap(typesOf), patience)
      .toContain("NOT_ENOUGH_REPLICAS");
    await cluster.startAll();
    await Promise.all(writes);
    expect((await log.read(topic)).map(({ value }) => String(value))).toEqual(numbers(50));
  });

  test("is filled by the processor once, all of it, when the broker that is missing comes back", async () => {
    const events: KafkaEvent[] = [];
    const log = clusterLog(events);
    const stream = await createStream(log, 1);
    const narrow = ownName("three");
    await cluster.createTopic(narrow, [[0, 1, 2]], { "min.insync.replicas": "3" });
    await cluster.stack.stopBroker(2, "SIGKILL");
    await stream.write(50);
    stream.start(async (batch) => {
      const output = await stream.echo(batch);
      const records = batch.records.map(({ key, value }) => ({ topic: narrow, key, value }));
      return { ...output, records };
    });
    await expect
      .poll(() => refusals(events, "transaction.aborted").length, patience)
      .toBeGreaterThan(1);
    await cluster.startAll();
    await stream.untilCommitted();
    const values = (await log.read(narrow)).map(({ value }) => String(value));
    expect(inOrder(values)).toEqual(numbers(50));
  });

  test("loses nothing where two of three brokers are killed with writes in flight, and doubles nothing", async () => {
    const events: KafkaEvent[] = [];
    const log = clusterLog(events);
    const stream = await createStream(log, 3);
    stream.start();
    await stream.write(100);
    const writing = stream.write(900);
    await Promise.all([0, 1].map((index) => cluster.stack.stopBroker(index, "SIGKILL")));
    await expect
      .poll(() => refusals(events, "producer.retrying").length, patience)
      .toBeGreaterThan(0);
    await cluster.startAll();
    await writing;
    await stream.untilCommitted();
    expect(inOrder((await log.read(stream.topic)).map(({ value }) => String(value)))).toEqual(
      numbers(1000),
    );
    expect(inOrder(await stream.output())).toEqual(numbers(1000));
  });
});
