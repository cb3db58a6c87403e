import type { Consumer } from "kafkajs";
import type { TopicPartition } from "../log/log-record.ts";
import { partitionKey } from "../log/log-record.ts";
import { backoffMs } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";

type Fetching = Pick<Consumer, "pause" | "resume">;

/**
 * Partitions that are not fetched for a while because something about them has failed, each on its own; the longer the
 * more often it fails. What is written here is the truth: kafkajs forgets what was paused when it crashes, and
 * remembers it for partitions that come back.
 */
export class HeldPartitions {
  readonly #clock: Clock;
  readonly #changed: (count: number) => void;
  readonly #failures = new Map<string, number>();
  /** What ends each hold before its time. */
  readonly #held = new Map<string, () => void>();
  #assigned = new Set<string>();
  #consumer: Fetching | null = null;

  /** `changed` is told how many are held, at each join and when that has changed. */
  constructor(clock: Clock, changed: (count: number) => void = () => undefined) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The group has handed out these; holds on others end, those on partitions that stay go on. */
  joined(consumer: Fetching, partitions: readonly TopicPartition[]): void {
    this.#consumer = consumer;
    this.#assigned = new Set(partitions.map(partitionKey));
    for (const key of new Set([...this.#held.keys(), ...this.#failures.keys()]))
      if (!this.#assigned.has(key)) this.#forget(key);
    for (const at of partitions)
      this.#tell(this.#held.has(partitionKey(at)) ? "pause" : "resume", at);
    this.#changed(this.#held.size);
  }

  /** The consumer is gone; until the next `joined` there is nobody to tell. */
  left(): void {
    this.#consumer = null;
  }

  failed(at: TopicPartition): void {
    const key = partitionKey(at);
    // Another worker's by now, or soon: to hold it here would only hold it when it comes back.
    if (!this.#assigned.has(key)) return;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#held.get(key)?.();
    const until = this.#clock.now() + backoffMs(failures, Math.random);
    const cancel = this.#clock.at(until, () => {
      this.#held.delete(key);
      this.#tell("resume", at);
      this.#changed(this.#held.size);
    });
    this.#held.set(key, cancel);
    this.#tell("pause", at);
    this.#changed(this.#held.size);
  }

  succeeded(at: TopicPartition): void {
    this.#failures.delete(partitionKey(at));
  }

  close(): void {
    for (const cancel of this.#held.values()) cancel();
    this.#held.clear();
    this.#changed(0);
  }

  #forget(key: string): void {
    this.#held.get(key)?.();
    this.#held.delete(key);
    this.#failures.delete(key);
  }

  #tell(verb: "pause" | "resume", { topic, partition }: TopicPartition): void {
    try {
      this.#consumer?.[verb]([{ topic, partitions: [partition] }]);
    } catch (error) {
      // It has stopped, and is about to say so. What it was not told here it is told when the group is joined again.
      if (!(error instanceof Error) || error.name !== "KafkaJSNonRetriableError") throw error;
    }
  }
}
