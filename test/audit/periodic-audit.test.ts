import { expect, it } from "vitest";
import type { AuditEvent } from "../../src/audit/audit-events.ts";
import { createPeriodicAudit } from "../../src/audit/periodic-audit.ts";
import { settle } from "../support/fake-clock.ts";
import { auditSourceOf, one, passBy, settledFlow } from "../support/memory-audit.ts";

const options = { intervalMs: 10_000, windowMs: 60_000, settleMs: 5000 };

async function started() {
  const flow = await settledFlow(one);
  const events: AuditEvent[] = [];
  const stop = new AbortController();
  const source = () => auditSourceOf(flow);
  const emit = (event: AuditEvent): void => void events.push(event);
  const service = createPeriodicAudit({ source, clock: flow.clock, emit }, options);
  return { flow, events, stop, ended: service.run(stop.signal, new AbortController().signal) };
}

async function watched() {
  const running = await started();
  await settle();
  return running;
}

it("audits the settled window again and again, until it is stopped", async () => {
  const { flow, events, stop, ended } = await watched();
  const startedAt = flow.clock.now();
  await passBy(flow, () => flow.call());
  await flow.clock.advance(options.intervalMs);
  await settle();
  const [first, second] = events;
  expect(events).toHaveLength(2);
  expect(first).toMatchObject({ type: "audit.done", balanced: true, calls: { total: 0 } });
  expect(first).toMatchObject({ to: new Date(startedAt - options.settleMs).toISOString() });
  expect(second).toMatchObject({ balanced: false, missing: 1, calls: { total: 1 } });
  expect(second).toMatchObject({ findings: [{ kind: "job-missing", cdrId: "call-1" }] });
  stop.abort();
  await ended;
  await flow.clock.advance(options.intervalMs);
  expect(events).toHaveLength(2);
});

it("tells of an audit that can't be made, and makes the next one", async () => {
  const { flow, events, stop, ended } = await watched();
  flow.registry.away = true;
  await flow.clock.advance(options.intervalMs);
  flow.registry.away = false;
  await flow.clock.advance(options.intervalMs);
  await settle();
  expect(events.map(({ type }) => type)).toEqual(["audit.done", "audit.failed", "audit.done"]);
  stop.abort();
  await ended;
});

it("ends when it is stopped in the middle of an audit, and tells nothing of that one", async () => {
  const { flow, events, stop, ended } = await started();
  stop.abort();
  await ended;
  expect(events).toEqual([]);
  expect(flow.clock.pendingTimers).toBe(0);
});
