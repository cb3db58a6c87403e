import { expect, test } from "vitest";
import type { ServiceEvent } from "../../src/runtime/service-events.ts";
import { superviseAll } from "../../src/runtime/supervisor.ts";
import type { Service } from "../../src/runtime/supervisor.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });

function bench() {
  const clock = createFakeClock();
  const stopper = new AbortController();
  const events: ServiceEvent[] = [];
  /** What happened, in order: `match told to stop`, `match ended`. */
  const story: string[] = [];
  const finish = new Map<string, (error?: Error) => void>();

  /** A service that ends only when the test lets it. */
  function service(name: string, onKill: "heeds" | "ignores" = "heeds"): Service {
    return {
      name,
      async run(stop, kill) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        finish.set(name, (error) => (error === undefined ? resolve() : reject(error)));
        stop.addEventListener("abort", () => story.push(`${name} told to stop`));
        kill.addEventListener("abort", () => onKill === "heeds" && resolve());
        await promise;
        story.push(`${name} ended`);
      },
    };
  }

  return {
    clock,
    events,
    story,
    service,
    stop: () => stopper.abort(),
    end: async (name: string, error?: Error) => {
      finish.get(name)?.(error);
      await settle();
    },
    run: (...layers: Service[][]) => {
      const done = superviseAll(layers, {
        stop: stopper.signal,
        drainTimeoutMs: 15_000,
        killTimeoutMs: 2000,
        clock,
        emit: (event) => events.push(event),
      });
      done.catch(() => "the test looks at it later");
      return done;
    },
  };
}

const types = (events: readonly ServiceEvent[]) => events.map((event) => event.type);

test("services stop layer by layer, the last layer first, and one layer's together", async () => {
  const { run, service, stop, end, story, clock } = bench();
  const done = run([service("stores")], [service("match"), service("deliver")]);
  await settle();
  stop();
  await settle();
  expect(story).toEqual(["match told to stop", "deliver told to stop"]);
  await end("deliver");
  expect(story).not.toContain("stores told to stop");
  await end("match");
  expect(story).toContain("stores told to stop");
  await end("stores");
  await expect(done).resolves.toBeUndefined();
  expect(clock.pendingTimers).toBe(0);
});

test("a service that fails stops all others, and the failure names it", async () => {
  const { run, service, end, events, story } = bench();
  const done = run([service("stores"), service("match")]);
  await settle();
  await end("match", new Error("the disk is full"));
  expect(story).toContain("stores told to stop");
  await end("stores");
  await expect(done).rejects.toMatchObject({
    code: "SERVICE_FAILED",
    message: "The service match failed: the disk is full",
  });
  expect(events[0]).toMatchObject({ type: "service.failed", service: "match" });
  expect(types(events)).toEqual(["service.failed", "service.stopping"]);
});

test("a service that ends before it is told to is a failure", async () => {
  const { run, service, end } = bench();
  const done = run([service("deliver")]);
  await settle();
  await end("deliver");
  await expect(done).rejects.toMatchObject({
    code: "SERVICE_FAILED",
    cause: { code: "SERVICE_ENDED" },
  });
});

test("a failure while stopping is told, and fails the whole", async () => {
  const { run, service, stop, end } = bench();
  const done = run([service("deliver")]);
  await settle();
  stop();
  await settle();
  await end("deliver", new Error("offsets were not committed"));
  await expect(done).rejects.toThrow("offsets were not committed");
});

test("a service that rejects with the abort of its signal has stopped in order", async () => {
  const { run, stop } = bench();
  const done = run([
    {
      name: "admin",
      async run(signal) {
        await aborted(signal);
        signal.throwIfAborted();
      },
    },
  ]);
  await settle();
  stop();
  await expect(done).resolves.toBeUndefined();
});

test("at the deadline what still works is killed, all layers at once, and its end counts as in order", async () => {
  const { run, service, stop, events, story, clock } = bench();
  const done = run([service("stores")], [service("deliver")]);
  await settle();
  stop();
  await clock.advance(14_999);
  expect(story).toEqual(["deliver told to stop"]);
  await clock.advance(1);
  await expect(done).resolves.toBeUndefined();
  expect(story).toEqual(expect.arrayContaining(["stores ended", "deliver ended"]));
  expect(events.at(-1)).toEqual({ type: "service.drain-overrun", services: ["stores", "deliver"] });
});

test("a service that does not even heed the kill is waited for no longer than the kill's time-out", async () => {
  const { run, service, stop, clock } = bench();
  const done = run([service("stores")], [service("deliver", "ignores")]);
  await settle();
  stop();
  await clock.advance(15_000 + 2000);
  await expect(done).rejects.toMatchObject({
    code: "SERVICE_STUCK",
    details: { services: "deliver" },
  });
});

test("nothing starts when the stop came first", async () => {
  const { run, stop, events } = bench();
  stop();
  const service: Service = { name: "match", run: () => expect.unreachable("it was started") };
  await run([service]);
  expect(events).toEqual([]);
});

test("a service that throws before its first promise fails like any other", async () => {
  const { run } = bench();
  const service: Service = {
    name: "match",
    run() {
      throw new Error("no such file");
    },
  };
  await expect(run([service])).rejects.toThrow("The service match failed: no such file");
});
