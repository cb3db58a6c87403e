import { describe, expect, it } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { checkReplayId, replayIdOf } from "../../src/replay/replay-id.ts";
import { createReplayDead, pickDead } from "../../src/replay/replay-dead.ts";
import type { DeadFilter } from "../../src/replay/replay-dead.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";
import { traceparent } from "../jobs/some-trace.ts";

const job = { tenantId: "t", call: Buffer.from("call") } as DeliveryJob;

const record: LogRecord = {
  topic: "dead",
  partition: 0,
  offset: 4,
  timestamp: 5000,
  key: Buffer.from("trigger"),
  value: Buffer.from("job"),
  headers: Object.fromEntries(
    Object.entries({
      "onhook-attempt": "3",
      "onhook-last-reason": "status",
      "onhook-dead-reason": "endpoint-suspended",
      "onhook-dead-at": "1000",
      "onhook-endpoint": "0123456789abcdef",
      traceparent,
    }).map(([name, value]) => [name, Buffer.from(value)]),
  ),
};

function pick(
  filter: DeadFilter,
  changed: Partial<LogRecord> = {},
  decode: () => Promise<DeliveryJob> = async () => job,
) {
  const options = { deadTopic: "dead", jobsTopic: "jobs", maxRecordBytes: 1000, decode };
  return pickDead("an-id", filter, options)({ ...record, ...changed });
}

describe("a dead job that fits the filter", () => {
  it("begins anew: the same key and bytes, no state but the trace, and the id of the replay", async () => {
    expect(await pick({})).toEqual({
      kind: "job",
      job: {
        topic: "jobs",
        key: record.key,
        value: record.value,
        headers: { traceparent, "onhook-replay": "an-id" },
      },
    });
  });

  it.each([
    { triggerId: "trigger" },
    { tenantId: "t" },
    { reason: "endpoint-suspended" },
    { endpointId: "0123456789abcdef" },
    { from: 1000, to: 1001 },
    { triggerId: "trigger", tenantId: "t", reason: "endpoint-suspended", from: 0 },
  ])("is one that %o names", async (filter) => {
    expect(await pick(filter)).toMatchObject({ kind: "job" });
  });

  it.each([
    { triggerId: "another" },
    { tenantId: "another" },
    { reason: "gone" },
    { endpointId: "another" },
    { from: 1001 },
    { to: 1000 },
    { triggerId: "trigger", reason: "gone" },
  ])("is none that %o names", async (filter) => {
    expect(await pick(filter)).toEqual({ kind: "other" });
  });

  it("died when its record was written, where no header says when", async () => {
    expect(await pick({ from: 5000 }, { headers: {} })).toMatchObject({ kind: "job" });
    expect(await pick({ to: 5000 }, { headers: {} })).toEqual({ kind: "other" });
  });
});

describe("what can not be replayed", () => {
  it("is a record that is no job", async () => {
    const broken = new OnhookError("WIRE_FORMAT", { problem: "the value is null" });
    const decode = () => Promise.reject(broken);
    expect(await pick({ tenantId: "t" }, {}, decode)).toEqual({
      kind: "skipped",
      reason: "undecodable",
    });
    // Nobody asked for it: it does not count.
    expect(await pick({ triggerId: "another" }, {}, decode)).toEqual({ kind: "other" });
  });

  it("is a job without its call, or one that is too large by now", async () => {
    const cut = async () => ({ ...job, call: Buffer.alloc(0) });
    expect(await pick({}, {}, cut)).toEqual({ kind: "skipped", reason: "cut" });
    const value = Buffer.alloc(1000);
    expect(await pick({}, { value })).toEqual({ kind: "skipped", reason: "too-large" });
  });

  it("is not said of one whose schema can't be had now", async () => {
    const away = new OnhookError("REGISTRY_UNREACHABLE", { url: "u", problem: "p" });
    await expect(pick({}, {}, () => Promise.reject(away))).rejects.toBe(away);
  });
});

describe("the replay of dead jobs", () => {
  const hour = 3_600_000;

  async function replayed(filter: DeadFilter) {
    const clock = createFakeClock();
    const log = new MemoryLog(clock);
    log.createTopic("dead", 1);
    log.createTopic("jobs", 1);
    const start = clock.now();
    for (let number = 0; number < 5; number += 1) {
      const headers = { "onhook-dead-at": String(clock.now()) };
      log.append({ topic: "dead", key: "k", value: Buffer.from(String(number)), headers });
      await clock.advance(hour);
    }
    const decode = async (): Promise<DeliveryJob> => job;
    const options = { deadTopic: "dead", jobsTopic: "jobs", maxRecordBytes: 1000, decode };
    const deps = { log: createMemoryReplayLog(log), clock, onRetry: () => undefined };
    const from = filter.from === undefined ? {} : { from: start + filter.from };
    const request = { id: "r", filter: { ...filter, ...from }, ratePerSecond: 1000 };
    const { signal } = new AbortController();
    const progress = await createReplayDead(options, deps)(request, signal, () => undefined);
    return { progress, jobs: log.all("jobs").map(({ value }) => String(value)) };
  }

  it("is about all that is dead where nothing else is said", async () => {
    const { progress, jobs } = await replayed({});
    expect(jobs).toEqual(["0", "1", "2", "3", "4"]);
    expect(progress).toMatchObject({ read: 5, end: 5, written: 5 });
  });

  it("does not read what was written well before the first death that it is about", async () => {
    const { progress, jobs } = await replayed({ from: 3 * hour });
    expect(jobs).toEqual(["3", "4"]);
    expect(progress).toMatchObject({ read: 3, end: 3, matched: 2 });
  });
});

describe("the id of a replay", () => {
  it("is the same for the same filter, and another for another", () => {
    const id = replayIdOf("dead", { triggerId: "a", reason: undefined, from: 1 });
    expect(id).toMatch(/^dead-[0-9a-f]{12}$/);
    expect(replayIdOf("dead", { from: 1, triggerId: "a" })).toBe(id);
    expect(replayIdOf("dead", { from: 2, triggerId: "a" })).not.toBe(id);
    expect(replayIdOf("calls", { from: 1, triggerId: "a" })).not.toBe(id);
  });

  it.each(["", "a b", "a/b", "x".repeat(65)])("can not be %j", (id) => {
    expect(() => checkReplayId(id)).toThrow(expect.objectContaining({ code: "REPLAY_ID" }));
  });
});
