import { expect, test } from "vitest";
import type { Attempted } from "../../src/delivery/deliver-job.ts";
import type { EndpointEvent } from "../../src/endpoints/endpoint-events.ts";
import { EndpointWatch } from "../../src/endpoints/endpoint-watch.ts";
import { Suspensions } from "../../src/endpoints/suspensions.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

/** What comes of a request whose receiver answered 410. */
const goneOf = (triggerId: string): Attempted =>
  ({
    endpoint: { id: `endpoint of ${triggerId}`, tenantId: "t1" },
    trigger: { triggerId, tenantId: "t1", enabled: true },
    outcome: { kind: "final", reason: "gone", status: 410, error: "" },
    beganAt: 0,
  }) as Attempted;

/** A watch at work, with what its port was asked to switch off. */
function watching(disable: (triggerId: string) => Promise<boolean>) {
  const asked: string[] = [];
  const events: EndpointEvent["type"][] = [];
  const clock = createFakeClock();
  const watch = new EndpointWatch({
    suspensions: new Suspensions(() => undefined),
    publish: async () => undefined,
    disable: async ({ triggerId }) => {
      asked.push(triggerId);
      return disable(triggerId);
    },
    rule: { afterMs: 1, afterFailures: 1 },
    clock,
    steadyClock: clock,
    emit: ({ type }) => void events.push(type),
  });
  const stopping = new AbortController();
  const run = watch.run(stopping.signal);
  return {
    asked,
    events,
    clock,
    gone: async (...triggerIds: readonly string[]) => {
      for (const id of triggerIds) watch.ended(goneOf(id));
      await settle();
    },
    stop: () => {
      stopping.abort();
      return run;
    },
  };
}

test("a stop waits for no switch-off, neither the one under way nor those that are queued", async () => {
  const { promise: refused, reject: refuse } = Promise.withResolvers<boolean>();
  const at = watching(() => refused);
  await at.gone("a", "b", "c");
  await at.stop();
  refuse(new Error("the writer was closed"));
  await settle();
  expect([at.asked, at.events]).toEqual([["a"], ["trigger.not-disabled"]]);
  expect(at.clock.pendingTimers).toBe(0);
});

test("a trigger that could not be switched off is left alone for ten seconds, whatever its receiver answers meanwhile", async () => {
  let isPossible = false;
  const at = watching(async () => {
    if (!isPossible) throw new Error("no schema");
    return true;
  });
  await at.gone("a");
  await at.gone("a");
  await at.clock.advance(9_999);
  await at.gone("a", "b");
  expect(at.asked).toEqual(["a", "b"]);
  isPossible = true;
  await at.clock.advance(1);
  await at.gone("a");
  expect(at.asked).toEqual(["a", "b", "a"]);
  expect(at.events.at(-1)).toBe("trigger.disabled");
  await at.stop();
  expect(at.clock.pendingTimers).toBe(0);
});
