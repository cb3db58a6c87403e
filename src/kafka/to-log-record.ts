import type { Batch, IHeaders, KafkaMessage } from "kafkajs";
import type { Headers, LogRecord, RecordBatch } from "../log/log-record.ts";

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

function toRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
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
  return {
    ...record,
    key: record.key === null ? null : Buffer.from(record.key),
    value: record.value === null ? null : Buffer.from(record.value),
  };
}
