import * as fc from "fast-check";
// @ts-expect-error kafkajs describes its public parts only.
import encoderClass from "kafkajs/src/protocol/encoder.js";
// @ts-expect-error kafkajs describes its public parts only.
import recordBatch from "kafkajs/src/protocol/recordBatch/v0/index.js";
// @ts-expect-error kafkajs describes its public parts only.
import encodeRecord from "kafkajs/src/protocol/recordBatch/record/v0/index.js";
// @ts-expect-error kafkajs describes its public parts only.
import response from "kafkajs/src/protocol/requests/fetch/v11/response.js";
// @ts-expect-error kafkajs describes its public parts only.
import Long from "kafkajs/src/utils/long.js";
import { describe, expect, it } from "vitest";
import { registerCodecs } from "../../src/kafka/codecs.ts";
import { decodeFetch } from "../../src/kafka/fetch-decoder.ts";
import type { FetchAnswer } from "../../src/kafka/fetch-decoder.ts";

registerCodecs();

/** kafkajs's own, taken before anything replaces it. */
const decodeByKafkajs = (response as { decode: (raw: Buffer) => Promise<FetchAnswer> }).decode;

interface Encoder {
  readonly buffer: Buffer;
  writeInt8(value: number): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: unknown): Encoder;
  writeString(value: string): Encoder;
  writeBuffer(value: Buffer): Encoder;
}

const batchHead = 61;

const encoder = (): Encoder => new (encoderClass as new () => Encoder)();
const long = (value: number): unknown =>
  (Long as { fromValue(value: number): unknown }).fromValue(value);

interface SomeRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
  readonly delta: number;
  readonly later: number;
}

interface SomeBatch {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly compression: number;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly appendTime: boolean;
  readonly producerId: number;
  readonly records: readonly SomeRecord[];
}

async function encodeBatch({ records, control, appendTime, ...batch }: SomeBatch): Promise<Buffer> {
  const encoded = await (recordBatch as { RecordBatch(of: object): Promise<Encoder> }).RecordBatch({
    ...batch,
    firstOffset: long(batch.firstOffset),
    firstTimestamp: batch.firstTimestamp,
    maxTimestamp: batch.firstTimestamp + 5000,
    producerId: long(batch.producerId),
    records: records.map(({ delta, later, ...rest }) =>
      (encodeRecord as (of: object) => Encoder)({
        ...rest,
        offsetDelta: delta,
        timestampDelta: later,
      }),
    ),
  });
  const bytes = Buffer.from(encoded.buffer);
  // What kafkajs can't write, brokers do: nobody looks at the checksum here.
  bytes[22] = (bytes[22] as number) | (control ? 0x20 : 0) | (appendTime ? 0x8 : 0);
  return bytes;
}

interface Partition {
  readonly batches: readonly SomeBatch[];
  /** How many bytes the answer leaves out at its end. */
  readonly cut: number;
}

async function encodeAnswer(partitions: readonly Partition[]): Promise<Buffer> {
  const answer = encoder().writeInt32(7).writeInt16(0).writeInt32(3).writeInt32(1);
  answer.writeString("calls").writeInt32(partitions.length);
  for (const [index, { batches, cut }] of partitions.entries()) {
    const records = Buffer.concat(await Promise.all(batches.map(encodeBatch)));
    const kept = records.length - cut;
    // kafkajs trips over less than the head of a batch, which no broker sends.
    const sent = records.subarray(0, kept < batchHead ? 0 : kept);
    answer.writeInt32(index).writeInt16(index % 2);
    for (const offset of [1000, 999, 2 ** 40 + 1]) answer.writeInt64(long(offset));
    answer
      .writeInt32(1)
      .writeInt64(long(5))
      .writeInt64(long(2 ** 33));
    answer.writeInt32(-1).writeInt32(sent.length).writeBuffer(sent);
  }
  return answer.buffer;
}

const fields = ["offset", "timestamp", "key", "value", "headers", "isControlRecord"] as const;
type Message = Readonly<Record<(typeof fields)[number], unknown>> & {
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

const essenceOf = (message: Message) => [
  ...fields.map((name) => message[name]),
  message.batchContext.producerId,
  message.batchContext.inTransaction,
];

/** All that anybody uses of an answer. */
const essence = ({ responses, ...head }: FetchAnswer) => [
  head,
  responses.map(({ topicName, partitions }) => [
    topicName,
    partitions.map(({ messages, ...rest }) => [
      rest,
      (messages as Message[]).map((message) => essenceOf(message)),
    ]),
  ]),
];

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const some = fc.record<SomeRecord>({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 4 }),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
    { maxKeys: 3, noNullPrototype: true },
  ),
  delta: fc.oneof(fc.nat(70), fc.nat(2 ** 30)),
  later: fc.integer({ min: -100_000, max: 2 ** 31 - 1 }),
});
const batch = fc.record<SomeBatch>({
  firstOffset: fc.oneof(
    fc.nat(100),
    fc.maxSafeNat().map((value) => value % 2 ** 51),
  ),
  firstTimestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  compression: fc.constantFrom(0, 0, 1, 2, 3, 4),
  transactional: fc.boolean(),
  control: fc.boolean(),
  appendTime: fc.boolean(),
  producerId: fc.oneof(fc.constant(-1), fc.nat()),
  records: fc.array(some, { minLength: 1, maxLength: 5 }),
});

describe("the answer to a fetch", () => {
  it("is decoded to what kafkajs makes of it, batches of every kind and cut ones included", async () => {
    const partition = fc.record({
      batches: fc.array(batch, { maxLength: 3 }),
      cut: fc.oneof(fc.constant(0), fc.nat(200)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(partition, { maxLength: 3 }), async (partitions) => {
        const raw = await encodeAnswer(partitions);
        expect(essence(await decodeFetch(raw))).toEqual(essence(await decodeByKafkajs(raw)));
      }),
      { numRuns: 300 },
    );
  });
});
