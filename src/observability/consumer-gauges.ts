import type { Clock } from "../runtime/clock.ts";
import type { EventOf } from "./any-event.ts";
import { MetricSet } from "./metric-set.ts";

type LagOf = Pick<EventOf<"consumer.lag">, "topic" | "partition">;

/**
 * The gauges of consumers. A partition that went to another process must not keep its last lag here for ever, or the
 * sum over all processes would never come down; and the age of a fetch grows while nothing happens.
 */
export class ConsumerGauges {
  readonly metrics = new MetricSet({ onhook_consumer_fetch_age_seconds: () => this.#setAges() });
  readonly #clock: Clock;
  /** By group: when its last fetch was answered, or else when it first joined; ms since the epoch. */
  readonly #fetchedAt = new Map<string, number>();
  /** By group: the partitions whose lag is exposed. */
  readonly #lags = new Map<string, Map<string, LagOf>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  joined({ group, assignment }: EventOf<"consumer.joined">): void {
    if (!this.#fetchedAt.has(group)) this.#fetchedAt.set(group, this.#clock.now());
    for (const [key, { topic, partition }] of this.#lags.get(group) ?? []) {
      if (assignment[topic]?.includes(partition) === true) continue;
      this.metrics.forget("onhook_consumer_lag", { topic, partition, group });
      this.#lags.get(group)?.delete(key);
    }
  }

  fetched({ group, at }: EventOf<"consumer.fetched">): void {
    this.#fetchedAt.set(group, at);
  }

  lag({ group, topic, partition, lag }: EventOf<"consumer.lag">): void {
    const lags = this.#lags.get(group) ?? new Map<string, LagOf>();
    this.#lags.set(group, lags.set(`${topic}/${partition}`, { topic, partition }));
    this.metrics.set("onhook_consumer_lag", { topic, partition, group }, lag);
  }

  #setAges(): void {
    for (const [group, at] of this.#fetchedAt) {
      const seconds = Math.max(0, this.#clock.now() - at) / 1000;
      this.metrics.set("onhook_consumer_fetch_age_seconds", { group }, seconds);
    }
  }
}
