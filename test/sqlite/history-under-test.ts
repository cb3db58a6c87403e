import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { foldDelivery } from "../../src/history/fold-delivery.ts";
import type { FoldedDelivery } from "../../src/history/fold-delivery.ts";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import type { FeedBatch } from "../../src/history/history-store.ts";
import type { Page } from "../../src/history/history.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { HistoryReader } from "../../src/sqlite/history-reader.ts";
import { HistoryWriter } from "../../src/sqlite/history-writer.ts";
import { SqliteHistory } from "../../src/sqlite/sqlite-history.ts";

/** A file that goes with the test. */
export function ownFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "onhook-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "history.db");
}

export interface StoreUnderTest {
  readonly store: SqliteHistory;
  readonly file: string;
  readonly told: HistoryEvent[];
}

/** A history that is not open yet, in a file of its own or that which is given. */
export function createStore(file = ownFile(), keepsCalls = false): StoreUnderTest {
  const told: HistoryEvent[] = [];
  const store = new SqliteHistory({ file, keepsCalls }, (event) => void told.push(event));
  onTestFinished(() => store.close());
  return { store, file, told };
}

export async function openStore(file?: string, keepsCalls?: boolean): Promise<StoreUnderTest> {
  const made = createStore(file, keepsCalls);
  await made.store.open();
  return made;
}

/** The same without threads, of which a property makes too many; both are closed at its end. */
export function openDirectly(): {
  readonly writer: HistoryWriter;
  readonly reader: HistoryReader;
  readonly file: string;
} & Disposable {
  const file = ownFile();
  const writer = new HistoryWriter({ file, keepsCalls: false });
  const reader = new HistoryReader(file);
  return {
    writer,
    reader,
    file,
    [Symbol.dispose]() {
      reader.close();
      writer.close();
    },
  };
}

export function batchOf(attempts: readonly DeliveryAttempt[], next = 1, partition = 0): FeedBatch {
  return { topic: "onhook.attempts", partition, next, attempts, changes: [], calls: [] };
}

/** The deliveries that attempts make up, by the plainest way there is, in the order in which their first ones came. */
export function foldedOf(attempts: readonly DeliveryAttempt[]): readonly FoldedDelivery[] {
  const byJob = Map.groupBy(attempts, ({ jobId }) => jobId);
  return [...byJob.values()].map(
    (of) => of.reduce<FoldedDelivery | null>(foldDelivery, null) as FoldedDelivery,
  );
}

/** All pages, one after the other. */
export async function allOf<T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { items: some, nextCursor }: Page<T> = await page(cursor);
    items.push(...some);
    cursor = nextCursor;
  }
  return items;
}

/** Writes nonsense over all pages of a file but the first. */
export function damage(file: string): void {
  const { size } = statSync(file);
  const handle = openSync(file, "r+");
  for (let at = 4096; at < size; at += 4096)
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
  closeSync(handle);
}
