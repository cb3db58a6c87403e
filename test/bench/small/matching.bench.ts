import type { Batch } from "kafkajs";
import { bench, describe } from "vitest";
import { jobIdOf } from "../../../src/jobs/job-id.ts";
import { decodeFetch } from "../../../src/kafka/fetch-decoder.ts";
import { encodeProduce } from "../../../src/kafka/produce-encoder.ts";
import { toRecordBatch } from "../../../src/kafka/to-log-record.ts";
import type { RecordBatch } from "../../../src/log/log-record.ts";
import { matchBatch } from "../../../src/matching/match-batch.ts";
import { batchesIn, fetchAnswer } from "../../support/fetch-answer.ts";
import { callSchema, contextOf, jobCodec, jobOf, tableOf, valuesOf } from "../matching-parts.ts";

/** Each of these turns this many calls over: what is measured is a thousand times what one takes. */
const calls = 1000;

const tenantIds = Array.from({ length: calls }, (_, number) => `tenant-${number}`);
const single = ["tenant"];
const values = valuesOf(tenantIds, calls);

async function batchFrom(of: readonly Buffer[]): Promise<RecordBatch> {
  const [batch] = await batchesIn(fetchAnswer([of.map((value) => ({ key: "k", value }))]));
  return toRecordBatch(batch as Batch);
}

describe("a thousand calls", () => {
  const answer = fetchAnswer([values.map((value) => ({ key: "k", value }))]);
  bench("decoded from a fetch, their values not looked at", async () => {
    await decodeFetch(answer);
  });
  bench("their tenants' ids", () => {
    for (const value of values) callSchema.tenantIdOf(value);
  });
  bench("scanned", () => {
    for (const value of values) callSchema.scan(value);
  });
  bench("decoded whole", () => {
    for (const value of values) callSchema.whole(value);
  });
});

describe("a thousand calls matched", async () => {
  const none = await batchFrom(values);
  const some = await batchFrom(valuesOf(tenantIds, calls, 5));
  const all = await batchFrom(valuesOf(tenantIds, calls, 1));
  const ofOne = await batchFrom(valuesOf(single, calls));
  const [withoutTriggers, withTen] = [contextOf(tableOf([], 0)), contextOf(tableOf(tenantIds, 10))];
  const [withOne, withMany] = [1, 10_000].map((count) => contextOf(tableOf(single, count)));
  bench("no tenant has triggers", () => void matchBatch(none, withoutTriggers));
  bench("of a thousand tenants with ten triggers, none fires", () =>
    void matchBatch(none, withTen));
  bench("of these, one in five fires", () => void matchBatch(some, withTen));
  bench("of these, each fires", () => void matchBatch(all, withTen));
  bench("of one tenant with one trigger, none fires", () => void matchBatch(ofOne, withOne!));
  bench("of one tenant with 10,000, none fires", () => void matchBatch(ofOne, withMany!));
});

describe("a thousand jobs", () => {
  const jobs = values.map(jobOf);
  const messages = jobs.map((job) => ({ key: job.triggerId, value: jobCodec.encode(job) }));
  bench("their ids", () => {
    for (const job of jobs) jobIdOf(job);
  });
  bench("encoded", () => {
    for (const job of jobs) jobCodec.encode(job);
  });
  bench("put into a request", () => {
    const partitions = [{ partition: 0, messages }];
    encodeProduce({ topicData: [{ topic: "onhook.jobs", partitions }] }, 0);
  });
});
