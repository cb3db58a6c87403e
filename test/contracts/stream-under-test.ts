import { expect, onTestFinished } from "vitest";
import type { Output, Transform } from "../../src/kafka/exactly-once-processor.ts";
import type { RecordBatch } from "../../src/log/log-record.ts";
import { running } from "./collected.ts";
import type { Running } from "./collected.ts";
import { keysOf, ownName } from "./log-under-test.ts";
import type { LogUnderTest } from "./log-under-test.ts";

/** A processor at work. */
export interface Processing extends Running {
  /** How many records it has committed. */
  readonly count: number;
}

/** The values "0", "1" and so on. */
export const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => String(number));

export const inOrder = (values: readonly string[]): string[] =>
  values.toSorted((a, b) => Number(a) - Number(b));

/** A topic whose records are turned into those of another, one to one unless a test says otherwise. */
export async function createStream(log: LogUnderTest, partitions: number) {
  const [topic, outputTopic, groupId] = [ownName("in"), ownName("out"), ownName("group")];
  const keys = keysOf(log, partitions);
  await log.createTopic(topic, partitions);
  await log.createTopic(outputTopic, partitions);
  const writer = log.writer();
  onTestFinished(() => writer[Symbol.asyncDispose]());
  let written = 0;

  /** Writes the next so many numbers; each goes to the partition that it gives. */
  async function write(count: number): Promise<void> {
    const values = numbers(written + count).slice(written);
    written += count;
    const writes = values.map((value) => {
      const key = keys[Number(value) % partitions] ?? "";
      return writer.write({ topic, key, value: Buffer.from(value) });
    });
    await Promise.all(writes);
  }

  /** Writes on and on, and returns how many there are then. */
  async function writeUntil(holds: () => boolean): Promise<number> {
    while (!holds()) await write(20);
    return written;
  }

  async function echo({ records }: RecordBatch): Promise<Output> {
    const copies = records.map(({ key, value }) => ({ topic: outputTopic, key, value }));
    return { consumed: records.length, records: copies, committed: () => undefined };
  }

  function start(transform: Transform = echo, by: LogUnderTest = log): Processing {
    let count = 0;
    const counted: Transform = async (batch, maxRecordBytes) => {
      const output = await transform(batch, maxRecordBytes);
      const committed = (): void => {
        output.committed();
        count += output.consumed;
      };
      return { ...output, committed };
    };
    const processor = by.processor(groupId, topic);
    const run = running((signal) => processor.run(counted, signal));
    onTestFinished(() => run.stop());
    return {
      ...run,
      get count() {
        return count;
      },
    };
  }

  /** All values of the output that are committed, one partition after the other. */
  async function output(): Promise<string[]> {
    return (await log.read(outputTopic)).map(({ value }) => String(value));
  }

  /** Resolves when the group has committed all that is in the topic now. */
  async function untilCommitted(): Promise<void> {
    const ends = new Map<number, number>();
    for (const { partition, offset } of await log.read(topic)) ends.set(partition, offset + 1);
    const committed = () =>
      Promise.all(
        [...ends.keys()].map((partition) => log.committed(groupId, { topic, partition })),
      );
    const patience = { timeout: 60_000, interval: 20 };
    await expect.poll(committed, patience).toEqual([...ends.values()]);
  }

  const names = { log, topic, outputTopic, groupId };
  return { ...names, echo, write, writeUntil, start, output, untilCommitted };
}
