import { join } from "node:path";
import { createCallSchemas } from "../cdr/call-schemas.ts";
import { CallKeeper } from "../history/call-keeper.ts";
import { HistoryFeed } from "../history/history-feed.ts";
import type { History } from "../history/history.ts";
import type { RecentCalls } from "../history/recent-calls.ts";
import { RecentFeed } from "../history/recent-feed.ts";
import { RecentWindow } from "../history/recent-window.ts";
import type { TopicSource } from "../history/topic-follower.ts";
import { countPartitions } from "../kafka/count-partitions.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import { SqliteHistory } from "../sqlite/sqlite-history.ts";
import { TemporaryFolder } from "../sqlite/temporary-folder.ts";
import type { AdminCodecs, Codecs } from "./codecs.ts";
import type { Connections, ServiceSurroundings } from "./connections.ts";

/** What the admin role remembers, and what keeps that up to date. */
export interface HistoryParts extends AsyncDisposable {
  readonly history: History;
  readonly recentCalls: RecentCalls;
  /** They end in order, and fail never: what goes wrong is told, and tried again. */
  readonly services: readonly Service[];
}

const mebibyte = 1024 * 1024;
const dayMs = 86_400_000;

/**
 * Makes the history in its file, or in a temporary one, and the window of recent calls. Until the services run, and once
 * it is disposed of, the history rejects with HISTORY_UNAVAILABLE. To be disposed of when its services have ended.
 */
export function createHistory(
  { config, clock, emit, surveys }: ServiceSurroundings,
  { kafka, registry }: Connections,
  codecs: Pick<Codecs, "attempts">,
  adminCodecs: Pick<AdminCodecs, "changes">,
): HistoryParts {
  const { history: settings, topics } = config;
  const maxAgeMs = settings.maxAgeDays * dayMs;
  const source: TopicSource = {
    partitions: (topic) => countPartitions(kafka, topic),
    open: (at) => new PartitionReader(kafka, at, { lends: true }),
  };
  const folder = settings.file === null ? new TemporaryFolder(clock, emit) : null;
  const file = settings.file ?? (() => join(folder?.make() ?? "", "history.db"));
  const store = new SqliteHistory({ file, keepsCalls: settings.keepCalls }, emit);
  const callsPerTenant = settings.recentCallsPerTenant;
  const maxBytes = settings.recentCallsMegabytes * mebibyte;
  const window = new RecentWindow({ callsPerTenant, maxBytes, maxAgeMs });
  const deps = { source, clock, steadyClock, emit };
  const schemas = createCallSchemas(registry, clock);
  const recent = new RecentFeed(topics.cdr.name, { ...deps, window, schemas });
  const keeper = new CallKeeper(topics.cdr.name, { recent: window, source });
  const feed = new HistoryFeed(
    {
      topics: { attempts: topics.attempts.name, changes: topics.changes.name },
      maxAgeMs,
      maxBytes: settings.maxMegabytes * mebibyte,
    },
    {
      ...deps,
      store,
      attempts: codecs.attempts,
      changes: adminCodecs.changes,
      keeper: settings.keepCalls ? keeper : null,
    },
  );
  const reading = callsPerTenant === 0 ? [] : [recent];
  const survey = surveys.add(() => {
    const { calls: recentCalls, bytes: recentBytes } = window.size;
    const standings = [...feed.standing, ...reading.map(({ standing }) => standing)];
    emit({ type: "history.surveyed", ...store.size, topics: standings, recentCalls, recentBytes });
  });
  return {
    history: store,
    recentCalls: window,
    services: [feed, ...reading, ...(folder === null ? [] : [folder])],
    async [Symbol.asyncDispose]() {
      survey[Symbol.dispose]();
      await store.close();
      folder?.[Symbol.dispose]();
    },
  };
}
