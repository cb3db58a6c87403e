import type { FeedBatch } from "./history-store.ts";

/** More records in one transaction hold the next ones up without saving much. */
const mostRecords = 5000;

interface Waiting {
  readonly batch: FeedBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes what several partitions bring in common transactions: while one is written, the others gather for the next. Each
 * waits until its batch is written, so that no more is in memory than one batch of each.
 */
export class GroupCommit {
  readonly #write: (batches: readonly FeedBatch[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(write: (batches: readonly FeedBatch[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the batch is written. Rejects, as the write did, where that failed for all that were to be written together. */
  async submit(batch: FeedBatch): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ batch, resolve, reject });
    if (!this.#isWriting) void this.#writeAll();
    await promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const together = this.#next();
      try {
        await this.#write(together.map(({ batch }) => batch));
        for (const { resolve } of together) resolve();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#isWriting = false;
  }

  #next(): readonly Waiting[] {
    let records = 0;
    let count = 0;
    for (const { batch } of this.#waiting) {
      records += batch.attempts.length + batch.changes.length;
      if (count > 0 && records > mostRecords) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
