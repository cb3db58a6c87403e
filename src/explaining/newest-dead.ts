import type { LogRecord } from "../log/log-record.ts";
import type { ReplayLog, SourcePartition } from "../replay/replay-log.ts";
import { all } from "../runtime/all.ts";
import { byTime, deadLetterOf, fits, timeOf } from "./dead-letters.ts";
import type { DeadLetter, DeadLetterFilter, DecodeJob } from "./dead-letters.ts";

export interface DeadSource {
  readonly log: Pick<ReplayLog, "partitions" | "source">;
  readonly topic: string;
  readonly decode: DecodeJob;
}

export interface NewestDead {
  /** The newest first. */
  readonly letters: readonly DeadLetter[];
  /** How many of the records that were looked at fit. */
  readonly count: number;
  /** Whether all of the topic was looked at. */
  readonly isComplete: boolean;
}

/** Offsets that are read at a time, and at most in all. */
const blockSize = 500;
const mostRead = 50_000;

/** One partition, read from its end back to its begin. */
class Backwards {
  readonly source: SourcePartition;
  /** What stands before this offset is still to be read. */
  #position = 0;
  #begin = 0;
  /** When the oldest record that was read was written; what is still to be read is no newer. */
  oldest = Infinity;

  constructor(source: SourcePartition) {
    this.source = source;
  }

  async begin(): Promise<void> {
    const { begin, end } = await this.source.bounds();
    this.#begin = begin;
    this.#position = end;
  }

  get isDone(): boolean {
    return this.#position <= this.#begin;
  }

  async block(): Promise<LogRecord[]> {
    const [from, to] = [Math.max(this.#begin, this.#position - blockSize), this.#position];
    const found: LogRecord[] = [];
    for (let at = from; at < to;) {
      const { records, next } = await this.source.fetch(at);
      found.push(...records.filter(({ offset }) => offset >= at && offset < to));
      // The end of what can be read, though the partition's bounds promise more.
      if (next <= at) break;
      at = next;
    }
    this.#position = from;
    this.oldest = Math.min(this.oldest, ...found.map(({ timestamp }) => timestamp));
    return found;
  }
}

/** The part that may still hold the newest records; undefined where none can hold any that is wanted. */
function nextPart(
  parts: readonly Backwards[],
  found: readonly DeadLetter[],
  limit: number,
): Backwards | undefined {
  const [newest] = parts.filter(({ isDone }) => !isDone).sort((a, b) => b.oldest - a.oldest);
  const last = found[limit - 1];
  return newest === undefined || (last !== undefined && timeOf(last) >= newest.oldest)
    ? undefined
    : newest;
}

/**
 * The newest records of the dead topic that fit. Read from the end, since the topic keeps them for long and people ask for
 * the last; and no more of it than `mostRead` offsets, since a filter may fit none of them. Rejects as the log does, with
 * what trying again can mend, and when `signal` is aborted.
 */
export async function newestDead(
  { log, topic, decode }: DeadSource,
  filter: DeadLetterFilter,
  limit: number,
  signal: AbortSignal,
): Promise<NewestDead> {
  const partitions = await log.partitions(topic);
  const parts = Array.from(
    { length: partitions },
    (_, partition) => new Backwards(log.source({ topic, partition })),
  );
  let found: DeadLetter[] = [];
  let [count, read] = [0, 0];
  try {
    await all(parts.map((part) => part.begin()));
    for (;;) {
      const part = read >= mostRead ? undefined : nextPart(parts, found, limit);
      if (part === undefined) break;
      signal.throwIfAborted();
      for (const record of await part.block()) {
        const letter = await deadLetterOf(record, decode);
        if (!fits(letter, filter)) continue;
        found.push(letter);
        count += 1;
      }
      read += blockSize;
      found = found.sort((a, b) => byTime(b, a)).slice(0, limit);
    }
  } finally {
    await all(parts.map(({ source }) => source.close()));
  }
  return { letters: found, count, isComplete: parts.every(({ isDone }) => isDone) };
}
