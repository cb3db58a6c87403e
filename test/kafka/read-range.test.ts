import { expect, test } from "vitest";
import type { Fetched } from "../../src/kafka/partition-reader.ts";
import { readRange } from "../../src/kafka/read-range.ts";
import type { LogRecord } from "../../src/log/log-record.ts";

const topic = "triggers";

const recordAt = (offset: number): LogRecord => ({
  topic,
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value: null,
  headers: {},
});

/** A log of ten records, of which at each fetch as many are committed as `ends` says; two come with a fetch. */
function partition(ends: readonly number[], onFetch: (times: number) => void = () => undefined) {
  const left = [...ends];
  let fetches = 0;
  let closed = 0;
  return {
    closed: () => closed,
    fetches: () => fetches,
    async fetch(offset: number): Promise<Fetched> {
      fetches += 1;
      onFetch(fetches);
      const end = left.shift() ?? 10;
      const next = Math.max(offset, Math.min(offset + 2, end));
      const records = Array.from({ length: next - offset }, (_, index) => recordAt(offset + index));
      return { batch: { topic, partition: 0, records }, next, end };
    },
    async close(): Promise<void> {
      closed += 1;
    },
  };
}

test("gives what is there, up to the end that was asked for, and closes its reader", async () => {
  const at = partition([]);
  const found = await readRange(at, { topic, from: 3, to: 6 }, new AbortController().signal);
  expect([found.map(({ offset }) => offset), at.closed()]).toEqual([[3, 4, 5], 1]);
});

test("waits for what an open transaction still keeps back", async () => {
  const at = partition([3, 4, 4, 4, 4]);
  const found = await readRange(at, { topic, from: 3, to: 6 }, new AbortController().signal);
  expect(found.map(({ offset }) => offset)).toEqual([3, 4, 5]);
});

test("waits no longer than it is told to, and closes its reader", async () => {
  const ended = new AbortController();
  const at = partition([4, 4, 4, 4, 4], (times) => void (times === 3 && ended.abort()));
  await expect(readRange(at, { topic, from: 4, to: 6 }, ended.signal)).rejects.toMatchObject({
    code: "CONFIG_UNCONFIRMED",
  });
  expect([at.fetches(), at.closed()]).toEqual([3, 1]);
});
