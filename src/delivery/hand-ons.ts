import { readHandOn } from "../jobs/hand-on.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";

/** Who has a partition in hand; `lost` once it has not any more. */
export interface Holder {
  readonly at: TopicPartition;
  readonly lost: boolean;
}

interface Seen {
  readonly holder: Holder;
  readonly offset: number;
}

/** So many hand-ons are remembered, some 15 MiB: at a thousand retries a second those of a minute and a half. */
const remembered = 100_000;

/** By topic, partition and offset: any order does, as long as it is the same for everyone. */
function isBefore(seen: Seen, at: LogRecord): boolean {
  const { topic, partition } = seen.holder.at;
  if (topic !== at.topic) return topic < at.topic;
  if (partition !== at.partition) return partition < at.partition;
  return seen.offset < at.offset;
}

/**
 * Remembers which hand-ons have lately come to this process, to tell the copies of a record that was handed on twice.
 *
 * A copy may be passed over only while the other one is in this process's hands, and only the one that stands behind in
 * the order of places: so of all copies of a hand-on there is one that nobody passes over, whoever has which partition,
 * and its own offset sees to it that it is done.
 */
export class HandOns {
  readonly #seen = new Map<string, Seen>();
  readonly #limit: number;

  constructor(limit = remembered) {
    this.#limit = limit;
  }

  /** Whether the record is a copy of one that `holder`, or another of this process, has in hand or has done. */
  isCopy(record: LogRecord, holder: Holder): boolean {
    const handOn = readHandOn(record.headers);
    if (handOn === undefined) return false;
    const seen = this.#seen.get(handOn);
    if (seen !== undefined && !seen.holder.lost && isBefore(seen, record)) return true;
    this.#seen.delete(handOn);
    this.#seen.set(handOn, { holder, offset: record.offset });
    if (this.#seen.size > this.#limit) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return false;
  }
}
