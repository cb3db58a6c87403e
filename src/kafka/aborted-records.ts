// @ts-expect-error kafkajs describes its public parts only; the shape used here is BrokerClass below.
import brokerClass from "kafkajs/src/broker/index.js";
import { once } from "../runtime/once.ts";

/** What is fetched of one partition, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  /** Those that have records behind the fetched offset, in the order in which they ended; null where none was asked for. */
  abortedTransactions: readonly AbortedTransaction[] | null;
}

export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord: boolean;
  /** Missing in the oldest formats of messages, which know no transactions. */
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Version 0 and type 0, both of two bytes. Source: Kafka protocol, control records. */
const abortMarker = Buffer.alloc(4);

/**
 * Marks the records of aborted transactions as control records: kafkajs hands neither out, and steps over both.
 *
 * Its own filter takes the transactions to be in the order of their beginnings, and that one begins with each record.
 * They come in the order of their ends, and several may have begun before the first record: with more than one writer
 * at a time, records of aborted transactions would be handed out, and with them jobs that were never made.
 * The rule is that of Kafka's Java client, CompletedFetch.
 */
export function hideAborted(fetched: FetchedPartition): void {
  const { abortedTransactions, messages } = fetched;
  if (abortedTransactions === null || abortedTransactions.length === 0) return;
  const toCome = abortedTransactions.toSorted(
    (a, b) => Number(a.firstOffset) - Number(b.firstOffset),
  );
  const open = new Set<string>();
  for (const message of messages) {
    while (toCome[0] !== undefined && Number(toCome[0].firstOffset) <= Number(message.offset)) {
      open.add(toCome[0].producerId);
      toCome.shift();
    }
    const { producerId, inTransaction } = message.batchContext ?? {};
    if (producerId === undefined || !open.has(producerId)) continue;
    if (!message.isControlRecord) message.isControlRecord = inTransaction === true;
    else if (message.key?.equals(abortMarker) === true) open.delete(producerId);
  }
  fetched.abortedTransactions = [];
}

interface BrokerClass {
  readonly prototype: {
    fetch: (this: unknown, request: object) => Promise<FetchAnswer>;
  };
}

interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

/** Lets every fetch of kafkajs in this process go through `hideAborted`. Safe to call more than once. */
export const mendReadCommitted = once(() => {
  const { prototype } = brokerClass as BrokerClass;
  const { fetch } = prototype;
  prototype.fetch = async function fetchCommitted(request) {
    const answer = await fetch.call(this, request);
    for (const { partitions } of answer.responses) partitions.forEach(hideAborted);
    return answer;
  };
});
