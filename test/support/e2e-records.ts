import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { createTopicReader } from "../../src/kafka/topic-reader.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import type { StackAddress } from "./e2e-names.ts";
import { avroTypeOf, schemaFile } from "./e2e-platform.ts";
import { createWatch } from "./e2e-watch.ts";

function readerOf({ brokers }: StackAddress) {
  const kafka = createKafkaClient(
    { brokers, clientId: "test", connectionTimeoutMs: 3000, requestTimeoutMs: 30_000 },
    () => undefined,
  );
  return createTopicReader(kafka);
}

const jobType = avroTypeOf(schemaFile("delivery-job"));
const attemptType = avroTypeOf(schemaFile("delivery-attempt"));

/** Reads a job without the service's own codec. */
export function jobOf({ value }: LogRecord): DeliveryJob {
  return jobType.fromBuffer((value as Buffer).subarray(5)) as DeliveryJob;
}

function attemptOf({ value }: LogRecord): DeliveryAttempt {
  return attemptType.fromBuffer((value as Buffer).subarray(5)) as DeliveryAttempt;
}

/** All records of a topic that are committed now. */
export async function recordsOf(stack: StackAddress, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await readerOf(stack).readAll(topic, (record) => void records.push(record));
  return records;
}

/** All jobs that are committed now, in a topic of jobs, of retries or of dead ones. */
export async function jobsOf(stack: StackAddress, topic: string): Promise<DeliveryJob[]> {
  return (await recordsOf(stack, topic)).map(jobOf);
}

/** All attempts that are recorded now. */
export async function attemptsOf(stack: StackAddress, topic: string): Promise<DeliveryAttempt[]> {
  return (await recordsOf(stack, topic)).map(attemptOf);
}

/** The headers of a record as text. */
export function headersOf({ headers }: LogRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Follows a topic from now on. */
export interface Followed<T> extends AsyncDisposable {
  readonly all: readonly T[];
  /** Resolves as soon as `holds`, which is asked at each record. */
  until(holds: () => boolean): Promise<void>;
}

async function follow<T>(
  stack: StackAddress,
  topic: string,
  read: (record: LogRecord) => T,
): Promise<Followed<T>> {
  const all: T[] = [];
  const watch = createWatch();
  const end = new AbortController();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const following = readerOf(stack).follow(
    topic,
    (record) => {
      all.push(read(record));
      watch.changed();
    },
    end.signal,
    resolve,
  );
  await Promise.race([ready, following]);
  return {
    all,
    until: async (holds) => await Promise.race([watch.until(holds), following]),
    async [Symbol.asyncDispose]() {
      end.abort();
      await following;
    },
  };
}

/** The attempts that the service records from now on. */
export function followAttempts(
  stack: StackAddress,
  topic: string,
): Promise<Followed<DeliveryAttempt>> {
  return follow(stack, topic, attemptOf);
}

/** Records as they are, from now on. */
export function followRecords(stack: StackAddress, topic: string): Promise<Followed<LogRecord>> {
  return follow(stack, topic, (record) => record);
}

/** A job, and when it came in ms of `performance.now()`. */
export interface ArrivedJob {
  readonly job: DeliveryJob;
  readonly at: number;
}

/** The jobs that are committed from now on. */
export function followJobs(stack: StackAddress, topic: string): Promise<Followed<ArrivedJob>> {
  return follow(stack, topic, (record) => ({ job: jobOf(record), at: performance.now() }));
}
