// @ts-expect-error kafkajs describes its public parts only; the shape used here is Codec below.
import compression from "kafkajs/src/protocol/message/compression/index.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is LegacyDecoder below.
import decodeLegacy from "kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is FetchResponse below.
import fetchResponse from "kafkajs/src/protocol/requests/fetch/v11/response.js";
// @ts-expect-error kafkajs describes its public parts only.
import decoderClass from "kafkajs/src/protocol/decoder.js";
import { batchAttributes as attribute, batchLayout, currentMagic } from "./batch-layout.ts";
import { shareMemory } from "./fetched-memory.ts";
import { FetchCursor, FetchedMessage } from "./fetched-message.ts";
import type { BatchContext } from "./fetched-message.ts";

interface FetchResponse {
  decode: (raw: Buffer) => Promise<FetchAnswer>;
}

interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

type LegacyDecoder = (decoder: object) => Promise<object[]>;

/** What kafkajs makes of the answer to a fetch, version 11. */
export interface FetchAnswer {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly {
    readonly producerId: string;
    readonly firstOffset: string;
  }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly object[];
}

/** Reads the records of one batch, whose head and body are whole. */
async function readBatch(cursor: FetchCursor, end: number, into: object[]): Promise<void> {
  const firstOffset = cursor.int64();
  cursor.position += 4 + 4 + 1 + 4; // Length, leader epoch, magic, checksum.
  const attributes = cursor.int16();
  cursor.position += 4; // Last offset.
  const firstTimestamp = cursor.int64();
  const maxTimestamp = cursor.int64();
  const producerId = String(cursor.int64());
  cursor.position += 2 + 4; // The producer's epoch, sequence.
  const context: BatchContext = {
    firstOffset,
    firstTimestamp,
    appendedAt: (attributes & attribute.appendTime) === 0 ? null : maxTimestamp,
    producerId,
    inTransaction: (attributes & attribute.transactional) !== 0,
    isControlBatch: (attributes & attribute.control) !== 0,
  };
  const count = cursor.int32();
  const codec = (
    compression as { lookupCodecByAttributes(attributes: number): Codec | null }
  ).lookupCodecByAttributes(attributes);
  const records =
    codec === null || count <= 0
      ? cursor
      : new FetchCursor(await codec.decompress(cursor.bytes.subarray(cursor.position, end)), 0);
  for (let index = 0; index < count; index += 1) {
    const length = records.varint();
    const next = records.position + length;
    into.push(new FetchedMessage(records, context));
    records.position = next;
  }
}

/** All whole batches; the last may be cut off, and comes with the next fetch. */
async function readRecords(bytes: Buffer | null): Promise<object[]> {
  const { magicAt, lengthAt, lengthEnd, recordsAt } = batchLayout;
  if (bytes === null || bytes.length <= magicAt) return [];
  if (bytes[magicAt] !== currentMagic) return await readLegacy(bytes);
  const records: object[] = [];
  const cursor = new FetchCursor(bytes, 0);
  while (cursor.left >= recordsAt) {
    const end = cursor.position + lengthEnd + bytes.readInt32BE(cursor.position + lengthAt);
    if (end > bytes.length) break;
    await readBatch(cursor, end, records);
    cursor.position = end;
  }
  return records;
}

/** Of a topic that still has messages of before Kafka 0.11. */
async function readLegacy(bytes: Buffer): Promise<object[]> {
  const sized = Buffer.alloc(4 + bytes.length);
  sized.writeInt32BE(bytes.length);
  bytes.copy(sized, 4);
  const Decoder = decoderClass as new (buffer: Buffer) => object;
  return await (decodeLegacy as LegacyDecoder)(new Decoder(sized));
}

type Head = Omit<FetchedPartition, "messages">;

function readPartition(cursor: FetchCursor): { head: Head; records: Buffer | null } {
  const head: Head = {
    partition: cursor.int32(),
    errorCode: cursor.int16(),
    highWatermark: String(cursor.int64()),
    lastStableOffset: String(cursor.int64()),
    lastStartOffset: String(cursor.int64()),
    abortedTransactions: cursor.list(() => ({
      producerId: String(cursor.int64()),
      firstOffset: String(cursor.int64()),
    })),
    preferredReadReplica: cursor.int32(),
  };
  return { head, records: cursor.take(cursor.int32()) };
}

/** Decodes the answer to a fetch, version 11, as kafkajs does, but for how its records are made. */
export async function decodeFetch(raw: Buffer): Promise<FetchAnswer> {
  const cursor = new FetchCursor(raw, 0);
  const clientSideThrottleTime = cursor.int32();
  const [errorCode, sessionId] = [cursor.int16(), cursor.int32()];
  const topics = cursor.list(() => ({
    topicName: cursor.text(),
    partitions: cursor.list(() => readPartition(cursor)),
  }));
  const responses = await Promise.all(
    topics.map(async ({ topicName, partitions }) => ({
      topicName,
      partitions: await Promise.all(
        partitions.map(async ({ head, records }) => ({
          ...head,
          messages: await readRecords(records),
        })),
      ),
    })),
  );
  const filled = responses.flatMap(({ partitions }) =>
    partitions.map(({ messages }) => messages).filter(({ length }) => length > 0),
  );
  shareMemory(raw.buffer, filled);
  // As kafkajs has it: the broker has not waited, and wants the client to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

/** Lets every fetch of kafkajs in this process be decoded here. Safe to call more than once. */
export function mendFetchDecoding(): void {
  (fetchResponse as FetchResponse).decode = decodeFetch;
}
