import { randomBytes } from "node:crypto";
import kafkajs from "kafkajs";
import { describe, expect, onTestFinished, test } from "vitest";
import { Collected, running } from "./collected.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

const { CompressionTypes } = kafkajs;

const codecs = [
  ["gzip", CompressionTypes.GZIP],
  ["snappy", CompressionTypes.Snappy],
  ["lz4", CompressionTypes.LZ4],
  ["zstd", CompressionTypes.ZSTD],
] as const;

/** Larger than the blocks that any of the codecs works in; half of it can be compressed, half can't. */
const large = Buffer.concat([randomBytes(100_000), Buffer.alloc(100_000, "onhook ")]);
const values = [Buffer.from("small"), large, Buffer.alloc(0), Buffer.from("Zoë 😀")];

const kafka = kafkaClient();
const log = kafkaLog({ kafka });

/** A topic whose batches the broker keeps in this form, whatever it gets. */
async function topicKeptAs(form: string): Promise<string> {
  const topic = ownName(`codec-${form}`);
  await log.createTopic(topic, 1, { "compression.type": form });
  return topic;
}

async function send(topic: string, compression: kafkajs.CompressionTypes): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  const messages = values.map((value) => ({ key: "k", value, headers: { h: "v" } }));
  await producer.send({ topic, messages, compression });
}

/** What a table reads of the topic, and what a member of a group is handed. */
async function readBothWays(topic: string): Promise<readonly (Buffer | null)[][]> {
  const collected = new Collected();
  const consumer = log.consumer(ownName("group"), [topic]);
  const run = running((signal) => consumer.run(collected.handlers, signal));
  onTestFinished(() => run.stop());
  await collected.untilCount(values.length);
  return [await log.read(topic), collected.records].map((records) =>
    records.map(({ value }) => value),
  );
}

describe.each(codecs)("records in %s", (codec, compression) => {
  test("are read as the broker's own Java wrote them", async () => {
    const topic = await topicKeptAs(codec);
    await send(topic, CompressionTypes.None);
    expect(await readBothWays(topic)).toEqual([values, values]);
  });

  test("are read by the broker's Java as they were written here", async () => {
    const topic = await topicKeptAs("uncompressed");
    await send(topic, compression);
    expect(await readBothWays(topic)).toEqual([values, values]);
  });

  test("are read as they were written here, and kept by the broker as they are", async () => {
    const topic = await topicKeptAs("producer");
    await send(topic, compression);
    expect(await readBothWays(topic)).toEqual([values, values]);
  });
});
