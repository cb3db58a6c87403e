import { expect, onTestFinished, test, vi } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { OnhookError } from "../../src/errors.ts";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import { RecentFeed } from "../../src/history/recent-feed.ts";
import { RecentWindow } from "../../src/history/recent-window.ts";
import { steadyClock, systemClock } from "../../src/runtime/clock.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { LogInMemory } from "./log-in-memory.ts";

const topic = "calls";
const now = Date.now();
const encode = encoder(callEndedSchema(), 7);
const callBytes = (tenantId: string, id: string): Buffer =>
  encode({ tenantId, id: null, cdr: { id } });

/** A feed that runs for as long as the test; `isAway`: the registry does not answer at first. */
function start(log: LogInMemory, isAway = false) {
  let tries = 0;
  const source = {
    async get(id: number) {
      tries += 1;
      if (isAway && tries === 1)
        throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
      if (id !== 7) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId: id });
      return callEndedSchema();
    },
  };
  const told: HistoryEvent[] = [];
  const window = new RecentWindow({ callsPerTenant: 100_000, maxBytes: 1e9, maxAgeMs: 1e9 });
  const feed = new RecentFeed(topic, {
    window,
    schemas: createCallSchemas(source, systemClock),
    source: log,
    clock: systemClock,
    steadyClock,
    emit: (event) => void told.push(event),
  });
  const stopper = new AbortController();
  const running = feed.run(stopper.signal);
  onTestFinished(async () => {
    stopper.abort();
    log.look();
    await running;
  });
  return { window, told, feed };
}

const patience = { timeout: 10_000, interval: 10 };

test("calls of all partitions are held by their tenants, and what is none is passed over", async () => {
  const log = new LogInMemory();
  log.create(topic, 2);
  const whole = callBytes("t1", "cut");
  const unsound = [null, Buffer.from([1, 2, 3]), whole.subarray(0, whole.length - 1)];
  const unknown = Buffer.from(whole);
  unknown.writeInt32BE(99, 1);
  for (const value of [...unsound, unknown]) log.add(topic, 0, value, now);
  log.add(topic, 0, callBytes("t1", "c1"), now);
  log.add(topic, 1, callBytes("t2", "c2"), now + 1);
  const { window } = start(log);
  await vi.waitFor(() => expect(window.size.calls).toBe(2), patience);
  log.add(topic, 1, callBytes("t1", "c3"), now + 2);
  await vi.waitFor(() => expect(window.size.calls).toBe(3), patience);
  expect(window.newest("t1", 10).map(({ cdrId }) => cdrId)).toEqual(["c3", "c1"]);
  expect(window.find("t2", "c2")).toEqual({
    tenantId: "t2",
    cdrId: "c2",
    value: callBytes("t2", "c2"),
    partition: 1,
    offset: 0,
    timestamp: now + 1,
  });
});

test("a process that starts reads no further back than 50,000 records of a partition", async () => {
  const log = new LogInMemory();
  log.create(topic, 1);
  const value = callBytes("t1", "c");
  for (let n = 0; n < 50_010; n += 1) log.add(topic, 0, value, now + n);
  const { window } = start(log);
  await vi.waitFor(() => expect(window.size.calls).toBe(50_000), { ...patience, timeout: 40_000 });
  expect(log.fetched[0]).toBe("calls/0@10");
});

test("calls wait for a registry that is away, and that is told", async () => {
  const log = new LogInMemory();
  log.create(topic, 1);
  log.add(topic, 0, callBytes("t1", "c1"), now);
  const { window, told } = start(log, true);
  await vi.waitFor(() => expect(window.size.calls).toBe(1), patience);
  expect(told).toContainEqual(
    expect.objectContaining({ type: "history.reading-failed", topic, partition: 0 }),
  );
});
