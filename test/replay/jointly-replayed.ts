import { OnhookError } from "../../src/errors.ts";
import { JointReplay } from "../../src/replay/joint-replay.ts";
import type { PickRecord } from "../../src/replay/picked.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";

/** What a partition can be: with an end that is gone, not to be read, not to be written from. */
type Trouble = "lost" | "away" | "held";

/** Records that say whose they are: `<member>-<number>`. */
export function jointlyReplayed(partitions = 1) {
  const log = new MemoryLog(systemClock);
  log.createTopic("dead", partitions);
  log.createTopic("jobs", 1);
  const replay = createMemoryReplayLog(log);
  const skipped: string[] = [];
  const gone: unknown[] = [];
  const failures: unknown[] = [];
  let fetches = 0;
  let trouble: { readonly partition: number; readonly kind: Trouble } | null = null;
  const pick: PickRecord = async ({ key, value }) =>
    String(value).endsWith("-cut")
      ? { kind: "skipped", reason: "cut" }
      : { kind: "job", job: { topic: "jobs", key, value } };
  const counting = {
    ...replay,
    jointLane(at: Parameters<typeof replay.jointLane>[0]) {
      const lane = replay.jointLane(at);
      return {
        ...lane,
        async open(ids: readonly string[]) {
          if (trouble?.partition === at.partition && trouble.kind === "held")
            throw new OnhookError("REPLAY_INTERRUPTED", { problem: "held" });
          await lane.open(ids);
        },
      };
    },
    source(at: Parameters<typeof replay.source>[0]) {
      const source = replay.source(at);
      return {
        ...source,
        async fetch(offset: number) {
          fetches += 1;
          const kind = trouble?.partition === at.partition ? trouble.kind : null;
          if (kind === "away") throw new OnhookError("REPLAY_INTERRUPTED", { problem: "away" });
          return kind === "lost" ? { records: [], next: offset } : source.fetch(offset);
        },
      };
    },
  };
  return {
    log,
    replay,
    skipped,
    gone,
    failures,
    get fetches() {
      return fetches;
    },
    set trouble(now: typeof trouble) {
      trouble = now;
    },
    write(...values: readonly string[]) {
      for (const value of values)
        log.append({ topic: "dead", key: value, value: Buffer.from(value) });
    },
    open: () =>
      new JointReplay(
        {
          topic: "dead",
          keyOf: ({ value }) => String(value).split("-")[0],
          ratePerSecond: 1_000_000,
        },
        {
          log: counting,
          clock: systemClock,
          onSkipped: (id, reason, { offset }) => void skipped.push(`${id} ${reason} ${offset}`),
          onGone: (error) => void gone.push(error),
          onFailed: (error) => void failures.push(error),
        },
      ),
    members: (...limits: readonly (readonly [name: string, limit: number])[]) =>
      new Map(limits.map(([name, limit]) => [name, { id: name, from: 0, limit, pick }])),
    jobs: () => log.all("jobs").map(({ value }) => String(value)),
  };
}
