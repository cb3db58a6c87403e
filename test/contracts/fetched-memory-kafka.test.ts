import { expect, test } from "vitest";
import type { LogRecord } from "../../src/log/log-record.ts";
import { kafkaLog } from "./log-under-test.ts";
import { createStream, numbers } from "./stream-under-test.ts";

/** A fetch of these takes memory that is worth to be used again. */
const [count, valueBytes] = [600, 1000];

test("the memory of a fetch is given back when all of it is committed, and not where that failed", async () => {
  const stream = await createStream(kafkaLog(), 1);
  await using writer = stream.log.writer();
  const values = numbers(count).map((each) => each.padEnd(valueBytes));
  const { topic } = stream;
  await Promise.all(
    values.map((value) => writer.write({ topic, key: "key", value: Buffer.from(value) })),
  );
  const tries: (readonly LogRecord[])[] = [];
  stream.start(async (batch) => {
    tries.push(batch.records);
    if (tries.length === 1) throw new Error("the first try fails");
    return stream.echo(batch);
  });
  await stream.untilCommitted();
  expect(await stream.output()).toEqual(values);
  const [failed, ...done] = tries;
  expect((failed?.length ?? 0) * valueBytes).toBeGreaterThan(64 * 1024);
  expect(String(failed?.at(-1)?.value)).toMatch(/^\d+ +$/);
  const large = done.filter(({ length }) => length * valueBytes > 64 * 1024);
  expect(large.length).toBeGreaterThan(0);
  for (const records of large) expect(() => records[0]?.value).toThrow(TypeError);
});
