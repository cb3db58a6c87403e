import type { Clock } from "../runtime/clock.ts";
import type { EventOf } from "./any-event.ts";
import { FetchAges } from "./fetch-ages.ts";
import { MetricSet } from "./metric-set.ts";

type LagOf = Pick<EventOf<"consumer.lag">, "topic" | "partition">;

/**
 * The gauges of consumers. A partition that went to another process must not keep its last lag here for ever, or the
 * sum over all processes would never come down; and the age of a fetch grows while nothing happens.
 */
export class ConsumerGauges {
  readonly metrics = new MetricSet({ onhook_consumer_fetch_age_seconds: () => this.#setAges() });
  readonly #clock: Clock;
  readonly #ages = new FetchAges();
  /** By group: the partitions whose lag is exposed. */
  readonly #lags = new Map<string, Map<string, LagOf>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  joined({ group, assignment }: EventOf<"consumer.joined">): void {
    this.#ages.joined(group, this.#clock.now());
    for (const [key, { topic, partition }] of this.#lags.get(group) ?? []) {
      if (assignment[topic]?.includes(partition) === true) continue;
      this.metrics.forget("onhook_consumer_lag", { topic, partition, group });
      this.#lags.get(group)?.delete(key);
    }
  }

  crashed({ group }: EventOf<"consumer.crashed">): void {
    this.#ages.ended(group);
  }

  fetched(event: EventOf<"consumer.fetched">): void {
    this.#ages.fetched(event);
  }

  lag({ group, topic, partition, lag }: EventOf<"consumer.lag">): void {
    const lags = this.#lags.get(group) ?? new Map<string, LagOf>();
    this.#lags.set(group, lags.set(`${topic}/${partition}`, { topic, partition }));
    this.metrics.set("onhook_consumer_lag", { topic, partition, group }, lag);
  }

  #setAges(): void {
    for (const [group, ageMs] of this.#ages.at(this.#clock.now()))
      this.metrics.set("onhook_consumer_fetch_age_seconds", { group }, ageMs / 1000);
  }
}
