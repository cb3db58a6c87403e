import { onTestFinished } from "vitest";
import { CompactedTable } from "../../src/kafka/compacted-table.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { ownBytes } from "../../src/kafka/to-log-record.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Collected } from "./collected.ts";
import { ownName } from "./log-under-test.ts";
import type { LogUnderTest, TopicSettings } from "./log-under-test.ts";

/** A topic of one partition and a table that is read from it. */
export async function createTable(log: LogUnderTest) {
  const topic = ownName("table");
  const writer = log.writer();
  onTestFinished(() => writer[Symbol.asyncDispose]());
  const events: KafkaEvent[] = [];
  const collected = new Collected();
  const told: { position: number; end: number }[] = [];

  async function write(key: string, value: string | null, by = writer): Promise<number> {
    const record = { topic, key, value: value === null ? null : Buffer.from(value) };
    return (await by.write(record)).offset;
  }

  /** Reads the table until the end of the test; `take` is what it does with each record, at once or not. */
  function read(
    take: (record: LogRecord) => Promise<void> | undefined = () => undefined,
  ): Promise<void> {
    const stop = new AbortController();
    const source = log.source({ topic, partition: 0 }, stop.signal);
    const emit = (event: KafkaEvent): void => void events.push(event);
    const taken = (record: LogRecord): void =>
      collected.handlers.records({ topic, partition: 0, records: [ownBytes(record)] });
    const handlers = {
      record(record: LogRecord): Promise<void> | undefined {
        const taking = take(record);
        if (taking !== undefined) return taking.then(() => taken(record));
        taken(record);
        return undefined;
      },
      position(position: number, end: number): void {
        told.push({ position, end });
        collected.changed();
      },
    };
    const reading = new CompactedTable(topic, source, { clock: systemClock, emit }).run(
      handlers,
      stop.signal,
    );
    onTestFinished(async () => {
      stop.abort();
      await Promise.allSettled([reading]);
    });
    return reading;
  }

  /** Resolves when the table has been read to the end that it had at some time, and beyond `offset`. */
  function untilRead(offset: number): Promise<void> {
    return collected.until(() => {
      const { position, end } = told.at(-1) ?? { position: -1, end: 0 };
      return position >= end && position > offset;
    });
  }

  const create = (partitions = 1, settings: TopicSettings = { "cleanup.policy": "compact" }) =>
    log.createTopic(topic, partitions, settings);
  const entries = (): string[] =>
    collected.records.map(({ key, value }) => `${String(key)}=${String(value)}`);
  return { topic, create, write, read, untilRead, entries, collected, told, events };
}
