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

/** Copies what outlives the fetch it came from. */
export function ownBytes(record: LogRecord): LogRecord {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers,
  };
}
