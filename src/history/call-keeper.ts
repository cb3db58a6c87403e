import { OnhookError } from "../errors.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { CallToKeep } from "./history-store.ts";
import type { RecentCalls } from "./recent-calls.ts";
import type { PartitionSource, TopicSource } from "./topic-follower.ts";

/** Calls that were kept lately are not looked for again with their next attempts; so many places are remembered. */
const remembered = 100_000;

/** Where a call stands, and whose it is. */
type Wanted = Pick<DeliveryAttempt, "tenantId" | "cdrId" | "cdrPartition" | "cdrOffset">;

const placeOf = ({ cdrPartition, cdrOffset }: Wanted): string => `${cdrPartition}/${cdrOffset}`;

/** Finds the calls of attempts, so that they can be kept: among the recent ones, else in their topic. */
export class CallKeeper {
  readonly #topic: string;
  readonly #recent: RecentCalls;
  readonly #source: TopicSource;
  readonly #kept = new Set<string>();

  constructor(
    topic: string,
    deps: {
      readonly recent: RecentCalls;
      readonly source: TopicSource;
    },
  ) {
    this.#topic = topic;
    this.#recent = deps.recent;
    this.#source = deps.source;
  }

  /** The calls of these attempts, each once; without those that are gone. Rejects where the topic can't be read now. */
  async callsOf(attempts: readonly DeliveryAttempt[]): Promise<readonly CallToKeep[]> {
    const wanted = new Map<string, Wanted>();
    for (const attempt of attempts)
      if (attempt.cdrTopic === this.#topic && !this.#kept.has(placeOf(attempt)))
        wanted.set(placeOf(attempt), attempt);
    const calls: CallToKeep[] = [];
    for (const [place, each] of wanted) {
      const recent = this.#recent.find(each.tenantId, each.cdrId);
      if (recent?.partition !== each.cdrPartition || recent.offset !== each.cdrOffset) continue;
      calls.push(recent);
      wanted.delete(place);
    }
    const byPartition = Map.groupBy(wanted.values(), ({ cdrPartition }) => cdrPartition);
    for (const [partition, of] of byPartition) calls.push(...(await this.#read(partition, of)));
    return calls;
  }

  /** To be called once they are written: they need not be looked for again. */
  written(calls: readonly CallToKeep[]): void {
    for (const { partition, offset } of calls) this.#kept.add(`${partition}/${offset}`);
    for (const oldest of this.#kept) {
      if (this.#kept.size <= remembered) break;
      this.#kept.delete(oldest);
    }
  }

  /** Attempts that are read together are of calls that stand together: few fetches bring all of them. */
  async #read(partition: number, wanted: readonly Wanted[]): Promise<readonly CallToKeep[]> {
    const source = this.#source.open({ topic: this.#topic, partition });
    const left = wanted.toSorted((a, b) => a.cdrOffset - b.cdrOffset);
    const calls: CallToKeep[] = [];
    try {
      for (let next = left[0]; next !== undefined; next = left[0]) {
        const read = await this.#from(source, next.cdrOffset);
        const byOffset = new Map(read.records.map((record) => [record.offset, record]));
        while (left[0] !== undefined && left[0].cdrOffset < read.next) {
          const each = left.shift() as Wanted;
          const value = byOffset.get(each.cdrOffset)?.value;
          const timestamp = byOffset.get(each.cdrOffset)?.timestamp ?? 0;
          const { tenantId, cdrId, cdrOffset: offset } = each;
          if (value)
            calls.push({
              tenantId,
              cdrId,
              partition,
              offset,
              timestamp,
              value: Buffer.from(value),
            });
        }
      }
    } finally {
      await source.close();
    }
    return calls;
  }

  /** What stands from there on; where that was deleted, nothing, up to where the topic begins. */
  async #from(
    source: PartitionSource,
    offset: number,
  ): Promise<{ readonly records: readonly LogRecord[]; readonly next: number }> {
    try {
      const { batch, next } = await source.fetch(offset, 0);
      return { records: batch.records, next: Math.max(next, offset + 1) };
    } catch (error) {
      if (!(error instanceof OnhookError) || error.code !== "OFFSET_OUT_OF_RANGE") throw error;
      const { low, end } = await source.bounds();
      if (offset >= low && offset <= end) throw error;
      // Its time in the topic is over, as of every call that is old enough, or the topic was made anew.
      return { records: [], next: offset < low ? low : Number.MAX_SAFE_INTEGER };
    }
  }
}
