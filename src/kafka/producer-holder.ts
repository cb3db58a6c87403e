import type { Kafka, Message, Producer } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { Emit } from "../runtime/emit.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { isTooLarge } from "./refusal-types.ts";

/** Holds an idempotent producer, and replaces it when it is of no more use. */
export interface ProducerHolder {
  /**
   * Resolves with the offset of the first message, all in-sync replicas having all of them. When it rejects, they may or
   * may not have been written: to send just the same once more, before anything else to that partition, writes them once.
   */
  send(topic: string, messages: Message[]): Promise<number>;
  /** Resolves when there is a producer that may send; rejects when it could not be made. */
  connected(): Promise<void>;
  /** Waits for what is being sent. */
  close(): Promise<void>;
}

interface Held {
  readonly producer: Promise<Producer>;
  /** Sends under way. */
  sending: number;
  /** Failures in a row. */
  failures: number;
  retired: boolean;
}

/** So many rounds of tries take a minute at least: by then a client may have lost its way to brokers that are back. */
const maxFailures = 12;

/**
 * kafkajs does not ask for the leader again after a request that timed out: to a leader that is frozen it would go on
 * sending for as long as it believes what it knows, which is five minutes by default.
 */
const metadataMaxAgeMs = 3_000;

async function connect(kafka: Kafka): Promise<Producer> {
  const retry = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 };
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    metadataMaxAge: metadataMaxAgeMs,
    retry,
  });
  await producer.connect();
  return producer;
}

async function producerOf(held: Held): Promise<Producer> {
  try {
    return await held.producer;
  } catch (error) {
    // Not even connected: the next try needs another one.
    held.retired = true;
    throw error;
  }
}

export function createProducerHolder(kafka: Kafka, emit: Emit<KafkaEvent>): ProducerHolder {
  let current: Held | null = null;
  const closing = new Set<Promise<void>>();

  /** What others are sending by it may not be cut off: they could not know what has been written of it. */
  function retire(held: Held): void {
    held.retired = true;
    if (current === held) current = null;
    if (held.sending > 0) return;
    const ending = disconnect(held).finally(() => closing.delete(ending));
    closing.add(ending);
  }

  async function disconnect({ producer }: Held): Promise<void> {
    try {
      await (await producer).disconnect();
    } catch (error) {
      emit({ type: "producer.abandoned", error });
    }
  }

  /** What is done by a producer, and what comes of it for that one. */
  async function by<T>(held: Held, work: (producer: Producer) => Promise<T>): Promise<T> {
    held.sending += 1;
    try {
      const done = await work(await producerOf(held));
      held.failures = 0;
      return done;
    } catch (error) {
      held.failures += 1;
      if (!canGoOn(error) || held.failures >= maxFailures) held.retired = true;
      throw error;
    } finally {
      held.sending -= 1;
      if (held.retired) retire(held);
    }
  }

  function held(): Held {
    current ??= { producer: connect(kafka), sending: 0, failures: 0, retired: false };
    return current;
  }

  return {
    connected: () => by(held(), async () => {}),
    send: (topic, messages) =>
      by(held(), async (producer) => {
        const [answer] = await producer.send({ topic, acks: -1, messages });
        if (answer?.baseOffset === undefined) throw new OnhookError("WRITE_UNCONFIRMED", { topic });
        return Number(answer.baseOffset);
      }),
    async close() {
      if (current !== null) retire(current);
      await Promise.all(closing);
    },
  };
}

/**
 * Whether the producer still counts its messages as the broker does. kafkajs takes a sequence back when a try fails, so
 * that the next one carries the same, and the broker passes over what it has already. Refused as too large, nothing was
 * written. After anything else the two may differ, and a later batch could be taken for a repeat and dropped.
 */
function canGoOn(error: unknown): boolean {
  if (isTooLarge(error)) return true;
  return error instanceof Error && error.name === "KafkaJSNumberOfRetriesExceeded";
}
