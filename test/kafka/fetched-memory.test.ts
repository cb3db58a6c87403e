import { describe, expect, it } from "vitest";
import { doneWith } from "../../src/kafka/fetched-memory.ts";
import { frameMemory } from "../../src/kafka/frame-memory.ts";
import { toRecordBatch } from "../../src/kafka/to-log-record.ts";
import { batchesIn, fetchAnswer } from "../support/fetch-answer.ts";

const value = Buffer.alloc(1000, 1);
const many = Array.from({ length: 500 }, () => ({ key: "key", value }));

/** The batches of an answer, as kafkajs makes them; `take` says where the answer's bytes are. */
async function fetched(
  partitions: Parameters<typeof fetchAnswer>[0],
  take = (bytes: number): Buffer => frameMemory.take(bytes),
) {
  const answer = fetchAnswer(partitions);
  const raw = take(answer.length);
  answer.copy(raw);
  return await batchesIn(raw);
}

type Fetched = Awaited<ReturnType<typeof fetched>>[number];

const lengthOf = (batch: Fetched | undefined): number | undefined =>
  toRecordBatch(batch as Fetched).records[7]?.value?.length;

describe("a fetch of several partitions", () => {
  it("keeps its memory until all that have records are done with", async () => {
    const [first, second] = await fetched([many, [], many]);
    doneWith(first as Fetched);
    expect([lengthOf(first), lengthOf(second)]).toEqual([1000, 1000]);
    doneWith(second as Fetched);
    // Not somebody else's bytes, and not nothing in silence.
    for (const batch of [first, second]) expect(() => lengthOf(batch)).toThrow(TypeError);
  });

  it("says so too where a record was looked at before", async () => {
    const [batch] = await fetched([many]);
    const [record] = toRecordBatch(batch as Fetched).records;
    expect(record?.value).toHaveLength(1000);
    doneWith(batch as Fetched);
    expect(() => record?.value).toThrow(TypeError);
  });

  it("counts no batch twice", async () => {
    const [first, second] = await fetched([many, many]);
    doneWith(first as Fetched);
    doneWith(first as Fetched);
    expect(lengthOf(second)).toBe(1000);
  });

  it("knows where it ends when its bytes are gone", async () => {
    const [batch] = await fetched([many]);
    doneWith(batch as Fetched);
    expect(batch?.lastOffset()).toBe("499");
    expect(batch?.offsetLag()).toBe("0");
  });
});

it("memory that others may have views of is left alone", async () => {
  const [batch] = await fetched([many], (bytes) => Buffer.from(new ArrayBuffer(bytes)));
  doneWith(batch as Fetched);
  expect(lengthOf(batch)).toBe(1000);
});
