import { expect, onTestFinished, vi } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import type { ChangeRecord } from "../../src/history/change-record.ts";
import { HistoryFeed } from "../../src/history/history-feed.ts";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { steadyClock, systemClock } from "../../src/runtime/clock.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { readSchema } from "../../src/schema-files.ts";
import { SqliteHistory } from "../../src/sqlite/sqlite-history.ts";
import { ownFile } from "../sqlite/history-under-test.ts";
import { attemptOf } from "./attempt-of.ts";
import { LogInMemory } from "./log-in-memory.ts";

export const topics = { attempts: "attempts", changes: "changes" };
const schemas = { get: () => Promise.reject(new Error("no other schema is known")) };
export const attemptCodec = createRecordCodec<DeliveryAttempt>({
  schema: readSchema("DeliveryAttempt"),
  schemaId: 1,
  schemas,
});
export const changeCodec = createRecordCodec<ChangeRecord>({
  schema: readSchema("ChangeRecord"),
  schemaId: 2,
  schemas,
});

export const dayMs = 86_400_000;
export const now = Date.now();

/** The machine's clock, but that nobody waits longer than a few ms. */
const hurried: Clock = {
  now: () => systemClock.now(),
  at: (at, action) => systemClock.at(Math.min(at, systemClock.now() + 5), action),
};

export function attemptBytes(given: Partial<DeliveryAttempt>): Buffer {
  return attemptCodec.encode(attemptOf({ at: now, ...given }));
}

export const changeBytes = (changeId: string): Buffer =>
  changeCodec.encode({
    changeId,
    at: now,
    actorId: "command",
    actorName: "the command line",
    actorRole: "operator",
    action: "trigger.created",
    tenantId: "t1",
    triggerId: "trigger-1",
    subject: null,
    properties: ["action.url"],
  });

export interface Fed {
  readonly log: LogInMemory;
  readonly store: SqliteHistory;
  readonly told: HistoryEvent[];
  readonly feed: HistoryFeed;
  readonly file: string;
  /** Starts it; what it returns stops it. */
  start(): () => Promise<void>;
  ids(): Promise<readonly string[]>;
}

export function createFed(file = ownFile(), log = new LogInMemory()): Fed {
  const told: HistoryEvent[] = [];
  const emit = (event: HistoryEvent): void => void told.push(event);
  const store = new SqliteHistory({ file, keepsCalls: false }, emit);
  const feed = new HistoryFeed(
    { topics, maxAgeMs: 30 * dayMs, maxBytes: 1024 ** 4 },
    {
      store,
      source: log,
      attempts: attemptCodec,
      changes: changeCodec,
      keeper: null,
      clock: hurried,
      steadyClock,
      emit,
    },
  );
  return {
    log,
    store,
    told,
    feed,
    file,
    start() {
      const stopper = new AbortController();
      const running = feed.run(stopper.signal);
      const stop = async (): Promise<void> => {
        stopper.abort();
        log.look();
        await running;
        await store.close();
      };
      onTestFinished(stop);
      return stop;
    },
    ids: async () =>
      (await store.deliveries({ tenantId: "t1", limit: 200 })).items
        .map(({ cdrId }) => cdrId)
        .toSorted(),
  };
}

/** Waits for what is fed to show. */
export const patience = { timeout: 10_000, interval: 10 };
export const idsBecome = (fed: Fed, ...ids: string[]) =>
  vi.waitFor(async () => expect(await fed.ids()).toEqual(ids), patience);
export const isTold = (fed: Fed, type: HistoryEvent["type"]) =>
  vi.waitFor(() => expect(fed.told.map((event) => event.type)).toContain(type), patience);
