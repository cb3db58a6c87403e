import { crc32c } from "@node-rs/crc32";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is BrokerClass below.
import brokerClass from "kafkajs/src/broker/index.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is ApiKeys below.
import apiKeys from "kafkajs/src/protocol/requests/apiKeys.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is Requests below.
import requests from "kafkajs/src/protocol/requests/index.js";
import type { Message } from "kafkajs";
import { once } from "../runtime/once.ts";
import { batchAttributes, batchLayout, currentMagic } from "./batch-layout.ts";
import { privateSymbol } from "./private-symbol.ts";
import { RequestBody, mendRequestHeads } from "./request-body.ts";

/** A request of kafkajs's Broker to write. */
export interface ProduceRequest {
  readonly acks?: number;
  readonly timeout?: number;
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: number | string | bigint;
  readonly producerEpoch?: number;
  /** 0 is none. */
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly PartitionData[];
  }[];
}

interface PartitionData {
  readonly partition: number;
  readonly firstSequence?: number;
  readonly messages: readonly MessageToWrite[];
}

/** kafkajs's messages, and records as they are here. */
export type MessageToWrite = Pick<Message, "key" | "value" | "timestamp"> & {
  readonly headers?: Readonly<NonNullable<Message["headers"]>>;
};

/** A request as it is handed to a connection. */
interface Protocol {
  readonly request: { readonly apiVersion: number; encode: () => Promise<object> };
}

type ApiKeys = Readonly<Record<"Produce", number>>;
interface Requests {
  readonly requests: Readonly<Record<"Produce", unknown>>;
}
type Send = (protocol: Protocol) => Promise<unknown>;

/** What is used here of kafkajs's Broker. */
interface Broker {
  lookupRequest(apiKey: number, request: unknown): (of: ProduceRequest) => Protocol;
  /** Its method for sending, which is private. */
  readonly [send: symbol]: unknown;
}

interface BrokerClass {
  readonly prototype: Broker & {
    produce: (this: Broker, request: ProduceRequest) => Promise<unknown>;
  };
}

type Bytes = Buffer | string | null | undefined;

const lengthOf = (bytes: Bytes): number =>
  typeof bytes === "string" ? Buffer.byteLength(bytes) : (bytes?.length ?? -1);

/** Bytes that a whole number of 32 bits takes, in zigzag form. */
function sizeOfVarint(value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  for (; zigzag >= 0x80; zigzag >>>= 7) size += 1;
  return size;
}

const sizeOfBytes = (length: number): number => sizeOfVarint(length) + Math.max(0, length);

/** A record with the lengths that it is written with. */
interface Sized {
  readonly message: MessageToWrite;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly headers: readonly (readonly [name: string, value: Bytes])[];
  /** Of all behind the record's own length. */
  readonly size: number;
}

const noHeaders: Sized["headers"] = [];

function headersOf({ headers }: MessageToWrite): Sized["headers"] {
  if (headers === undefined) return noHeaders;
  return Object.entries(headers).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((each): [string, Bytes] => [name, each])
      : [[name, value] as [string, Bytes]],
  );
}

function sized(message: MessageToWrite, index: number): Sized {
  const keyLength = lengthOf(message.key);
  const valueLength = lengthOf(message.value);
  const headers = headersOf(message);
  // Attributes and the time's delta, which is 0, take a byte each.
  let size = 2 + sizeOfVarint(index) + sizeOfBytes(keyLength) + sizeOfBytes(valueLength);
  size += sizeOfVarint(headers.length);
  for (const [name, value] of headers)
    size += sizeOfBytes(Buffer.byteLength(name)) + sizeOfBytes(lengthOf(value));
  return { message, keyLength, valueLength, headers, size };
}

/** Writes the protocol's numbers and bytes, one behind the other. */
class Pen {
  readonly bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int8(value: number): void {
    this.position = this.bytes.writeInt8(value, this.position);
  }

  int16(value: number): void {
    this.position = this.bytes.writeInt16BE(value, this.position);
  }

  int32(value: number): void {
    this.position = this.bytes.writeInt32BE(value, this.position);
  }

  int64(value: bigint): void {
    this.position = this.bytes.writeBigInt64BE(value, this.position);
  }

  text(text: string): void {
    this.int16(Buffer.byteLength(text));
    this.position += this.bytes.write(text, this.position);
  }

  varint(value: number): void {
    let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; zigzag >= 0x80; zigzag >>>= 7) this.bytes[this.position++] = (zigzag & 0x7f) | 0x80;
    this.bytes[this.position++] = zigzag;
  }

  sizedBytes(bytes: Bytes, length: number): void {
    this.varint(length);
    if (typeof bytes === "string") this.position += this.bytes.write(bytes, this.position);
    else if (bytes) this.position += bytes.copy(this.bytes, this.position);
  }
}

interface Writer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly transactional: boolean;
  /** Ms since the epoch; of all records. */
  readonly now: bigint;
}

/** A batch ready to be written, whose size is known. */
interface Batch {
  readonly partition: number;
  readonly firstSequence: number;
  readonly records: readonly Sized[];
  readonly size: number;
}

function batchOf({ partition, firstSequence = 0, messages }: PartitionData): Batch {
  const records = messages.map(sized);
  const size = records.reduce((sum, record) => sum + sizeOfVarint(record.size) + record.size, 0);
  return { partition, firstSequence, records, size: batchLayout.recordsAt + size };
}

function writeRecord(pen: Pen, record: Sized, index: number): void {
  const { message, keyLength, valueLength, headers, size } = record;
  pen.varint(size);
  pen.int8(0);
  pen.varint(0);
  pen.varint(index);
  pen.sizedBytes(message.key, keyLength);
  pen.sizedBytes(message.value, valueLength);
  pen.varint(headers.length);
  for (const [name, value] of headers) {
    pen.sizedBytes(name, Buffer.byteLength(name));
    pen.sizedBytes(value, lengthOf(value));
  }
}

/** Source: Kafka protocol guide, Record Batch. */
function writeBatch(pen: Pen, { firstSequence, records, size }: Batch, writer: Writer): void {
  const begin = pen.position;
  pen.int64(0n); // First offset, which the broker gives.
  pen.int32(size - batchLayout.lengthEnd);
  pen.int32(0); // Leader epoch.
  pen.int8(currentMagic);
  pen.int32(0); // Checksum, below.
  pen.int16(writer.transactional ? batchAttributes.transactional : 0);
  pen.int32(records.length - 1);
  pen.int64(writer.now);
  pen.int64(writer.now);
  pen.int64(writer.producerId);
  pen.int16(writer.producerEpoch);
  pen.int32(firstSequence);
  pen.int32(records.length);
  for (const [index, record] of records.entries()) writeRecord(pen, record, index);
  const checked = pen.bytes.subarray(begin + batchLayout.checkedFrom, pen.position);
  pen.bytes.writeUInt32BE(crc32c(checked), begin + batchLayout.checksumAt);
}

/**
 * The body of a request to write, versions 3 to 7, uncompressed; the same bytes as kafkajs makes. `allocate` gives the
 * memory that it is written to.
 */
export function encodeProduce(
  request: ProduceRequest,
  now: number,
  allocate = (bytes: number): Buffer => Buffer.allocUnsafe(bytes),
): Buffer {
  const { acks = -1, timeout = 30_000, transactionalId = null, topicData } = request;
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    batches: partitions.map(batchOf),
  }));
  let size = 2 + Math.max(0, lengthOf(transactionalId)) + 2 + 4 + 4;
  for (const { topic, batches } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const batch of batches) size += 8 + batch.size;
  }
  const pen = new Pen(allocate(size));
  if (transactionalId === null) pen.int16(-1);
  else pen.text(transactionalId);
  pen.int16(acks);
  pen.int32(timeout);
  const writer: Writer = {
    producerId: BigInt(request.producerId ?? -1),
    producerEpoch: request.producerEpoch ?? 0,
    transactional: Boolean(transactionalId),
    now: BigInt(now),
  };
  pen.int32(topics.length);
  for (const { topic, batches } of topics) {
    pen.text(topic);
    pen.int32(batches.length);
    for (const batch of batches) {
      pen.int32(batch.partition);
      pen.int32(batch.size);
      writeBatch(pen, batch, writer);
    }
  }
  return pen.bytes;
}

/** Whether these are written by what stands above: what says when it was made, or is to be compressed, is kafkajs's own. */
function isPlain({ compression = 0, topicData }: ProduceRequest): boolean {
  const isOfNow = ({ timestamp }: MessageToWrite): boolean => timestamp === undefined;
  return (
    compression === 0 &&
    topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isOfNow)))
  );
}

/** Records of the form that is written here came with this version of the request. */
const firstVersion = 3;

/**
 * Lets what kafkajs writes in this process be encoded here. It makes several buffers for each record, and its checksum
 * goes byte by byte: that takes longer than everything that was done to make the record. Safe to call more than once.
 */
export const mendProduceEncoding = once(() => {
  mendRequestHeads();
  const { prototype } = brokerClass as BrokerClass;
  const send = privateSymbol(prototype, "private:Broker:sendRequest");
  const own = prototype.produce;
  prototype.produce = async function produceEncoded(request) {
    if (!isPlain(request)) return await own.call(this, request);
    const { acks = -1, timeout = 30_000 } = request;
    const { Produce: apiKey } = apiKeys as ApiKeys;
    const protocolOf = this.lookupRequest(apiKey, (requests as Requests).requests.Produce);
    const protocol = protocolOf({ ...request, acks, timeout });
    const made: { body?: RequestBody } = {};
    if (protocol.request.apiVersion >= firstVersion)
      protocol.request.encode = async () => {
        encodeProduce(request, Date.now(), (bytes) => (made.body = new RequestBody(bytes)).buf);
        return made.body as RequestBody;
      };
    const answer = await (this[send] as Send).call(this, protocol);
    // Without an answer it may still be on its way.
    if (acks !== 0) made.body?.answered();
    return answer;
  };
});
