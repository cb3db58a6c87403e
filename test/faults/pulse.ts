import { setTimeout as sleep } from "node:timers/promises";
import type { Kafka } from "kafkajs";

/** How long a write to the log took from here, in ms, and when it began. */
interface Beat {
  readonly at: number;
  readonly tookMs: number;
}

/** Writes to a topic of its own again and again, and so knows how quick machine and brokers are at any time. */
export interface Pulse extends AsyncDisposable {
  /** The longest that a write took which was under way in the two seconds before that time, in ms. */
  slowestBefore(at: number): number;
}

const everyMs = 50;
const lookBackMs = 2000;

export async function startPulse(kafka: Kafka, topic: string): Promise<Pulse> {
  const beats: Beat[] = [];
  const over = new AbortController();
  const producer = kafka.producer({ retry: { retries: 0 } });
  await producer.connect();

  async function beat(): Promise<void> {
    const at = Date.now();
    try {
      await producer.send({ topic, acks: -1, messages: [{ value: "pulse" }] });
    } catch {
      // Brokers that are away are a fault that counts for itself.
      return;
    }
    beats.push({ at, tookMs: Date.now() - at });
  }

  const beating = (async () => {
    while (!over.signal.aborted) {
      await beat();
      await sleep(everyMs);
    }
  })();
  return {
    slowestBefore: (at) =>
      Math.max(
        0,
        ...beats
          .filter((each) => each.at <= at && each.at + each.tookMs >= at - lookBackMs)
          .map(({ tookMs }) => tookMs),
      ),
    async [Symbol.asyncDispose]() {
      over.abort();
      await beating;
      await producer.disconnect();
    },
  };
}
