import type { Batch, IHeaders, KafkaMessage } from "kafkajs";
import type { Headers, LogRecord, RecordBatch } from "../log/log-record.ts";
import { FetchedMessage } from "./fetched-message.ts";

const noHeaders: Headers = {};

function toHeaders(headers: IHeaders | undefined): Headers {
  if (headers === undefined) return noHeaders;
  const result: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) result[name] = Buffer.from(last);
  }
  return Object.keys(result).length === 0 ? noHeaders : result;
}

/**
 * A record that makes its key, value and headers when they are asked for, each time anew: most of them nobody ever looks
 * at, and nobody twice. What is kept until the batch is done is what the collector copies.
 */
class FetchedRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly #message: FetchedMessage;

  constructor(topic: string, partition: number, message: FetchedMessage) {
    this.topic = topic;
    this.partition = partition;
    this.#message = message;
  }

  get offset(): number {
    return this.#message.offsetNumber;
  }

  get timestamp(): number {
    return this.#message.timestampMs;
  }

  get key(): Buffer | null {
    return this.#message.key;
  }

  get value(): Buffer | null {
    return this.#message.value;
  }

  get headers(): Headers {
    return this.#message.hasHeaders ? toHeaders(this.#message.headers) : noHeaders;
  }
}

function toRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  if (message instanceof FetchedMessage) return new FetchedRecord(topic, partition, message);
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
  };
}

/**
 * A fetched batch in the project's own terms. Keys and values are still slices of the whole fetch: who keeps one
 * beyond the handler must copy it, or it holds on to megabytes.
 */
export function toRecordBatch(batch: Batch): RecordBatch {
  const { topic, partition } = batch;
  return {
    topic,
    partition,
    records: batch.messages.map((message) => toRecord(topic, partition, message)),
  };
}

/**
 * A record with bytes of its own, key and value behind each other. Thousands of these wait at a time, and the collector
 * copies what waits: a view is an object as large as the record, so there is one for both, and others while somebody looks.
 */
class OwnRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
  readonly #bytes: Buffer;
  /** -1: there is none. */
  readonly #keyLength: number;
  readonly #hasValue: boolean;

  constructor(record: LogRecord) {
    const { key, value } = record;
    this.topic = record.topic;
    this.partition = record.partition;
    this.offset = record.offset;
    this.timestamp = record.timestamp;
    this.headers = record.headers;
    this.#keyLength = key?.length ?? -1;
    this.#hasValue = value !== null;
    this.#bytes = Buffer.allocUnsafe((key?.length ?? 0) + (value?.length ?? 0));
    key?.copy(this.#bytes);
    value?.copy(this.#bytes, key?.length ?? 0);
  }

  get key(): Buffer | null {
    return this.#keyLength < 0 ? null : this.#bytes.subarray(0, this.#keyLength);
  }

  get value(): Buffer | null {
    return this.#hasValue ? this.#bytes.subarray(Math.max(0, this.#keyLength)) : null;
  }
}

/** Copies what outlives the fetch it came from. */
export function ownBytes(record: LogRecord): LogRecord {
  return new OwnRecord(record);
}
