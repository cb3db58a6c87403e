import { expect, onTestFinished, test } from "vitest";
import { redriveId } from "../../src/endpoints/endpoint-health.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import type { EndpointEvent } from "../../src/endpoints/endpoint-events.ts";
import { Redriver } from "../../src/endpoints/redriver.ts";
import type { Redrive } from "../../src/endpoints/redrives.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const probeIntervalMs = 60_000;

function healthOf(number: number, state: EndpointHealth["state"]): EndpointHealth {
  return {
    endpointId: `e${number}`,
    tenantId: "t",
    triggerId: "tr",
    host: "crm.example.com",
    state,
    since: 0,
    failingSince: 0,
    failures: 5,
    reason: "status",
    status: 500,
  };
}

/** A redriver that leads, at work for these endpoints; each run of redrives is noted. */
async function redriving(known: readonly EndpointHealth[], { jobsAtOnce = 20 } = {}) {
  let setBy = 1_000_000;
  const steadyClock = createFakeClock(5);
  const runs: (readonly Redrive[])[] = [];
  const events: EndpointEvent[] = [];
  const released: string[] = [];
  const stop = new AbortController();
  const it = {
    runs,
    events,
    released,
    /** Sets the clock of the machine by so many ms. */
    setClock: (by: number) => void (setBy += by),
    /** What a run comes to. */
    answer: (redrives: readonly Redrive[]) =>
      new Map(redrives.map(({ id }) => [id, { written: 1, isDone: false }])),
    advance: (ms: number) => steadyClock.advance(ms),
  };
  const redriver = new Redriver({
    suspensions: {
      all: () => known,
      get: (id) => known.find(({ endpointId }) => endpointId === id),
    },
    leadership: {
      async run(handlers, signal) {
        handlers.assigned([{ topic: "endpoints", partition: 0 }]);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    },
    redrives: {
      run: async (redrives) => {
        runs.push(redrives);
        return it.answer(redrives);
      },
      retain: () => undefined,
      close: async () => undefined,
    },
    release: async (endpointId) => void released.push(endpointId),
    probeIntervalMs,
    jobsAtOnce,
    clock: { now: () => steadyClock.now() + setBy },
    steadyClock,
    emit: (event) => void events.push(event),
  });
  const running = redriver.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return it;
}

const suspended = (count: number): EndpointHealth[] =>
  Array.from({ length: count }, (_, number) => healthOf(number, "suspended"));

test("probes of very many endpoints leave half of the pace to those that recover, and all come to their turn", async () => {
  const it = await redriving([...suspended(25), healthOf(99, "recovering")]);
  await it.advance(3000);
  const probes = it.runs.filter(([first]) => first?.limit === 1);
  expect(probes.map((run) => run.length)).toEqual([10, 10, 5]);
  expect(new Set(probes.flat().map(({ id }) => id)).size).toBe(25);
  expect(it.runs.filter(([first]) => first?.limit === 20)).toHaveLength(3);
});

test("a run of probes that fails is made again with the next look, not an interval later", async () => {
  const it = await redriving(suspended(1));
  it.answer = () => {
    throw new Error("no broker");
  };
  await it.advance(3000);
  expect(it.runs).toHaveLength(3);
  expect(it.events.map(({ type }) => type)).toEqual(Array(3).fill("endpoint.held"));
  it.answer = (redrives) => new Map(redrives.map(({ id }) => [id, { written: 1, isDone: false }]));
  await it.advance(probeIntervalMs - 1000);
  expect(it.runs).toHaveLength(4);
});

test("probes go on though the clock is set back by an hour", async () => {
  const it = await redriving(suspended(1));
  await it.advance(1000);
  it.setClock(-3_600_000);
  await it.advance(probeIntervalMs + 1000);
  expect(it.runs).toHaveLength(2);
});

test("an endpoint is well when two looks have found nothing more in any partition, and not before all were read", async () => {
  const health = healthOf(1, "recovering");
  const it = await redriving([health]);
  const nothing = (isDone: boolean) => () => new Map([[redriveId(health), { written: 0, isDone }]]);
  it.answer = nothing(false);
  await it.advance(30_000);
  expect(it.released).toEqual([]);
  it.answer = nothing(true);
  await it.advance(1000);
  expect(it.released).toEqual([]);
  await it.advance(1000);
  expect(it.released).toEqual(["e1"]);
});
