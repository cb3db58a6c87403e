import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpResult } from "../../src/delivery/http-request.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { createDeliverHarness, soundJob } from "./deliver-harness.ts";
import { fuzz, hostile, mutated } from "./fuzz.ts";
import { soundTriggers } from "./some-triggers.ts";
import { planted } from "./watched-log.ts";
import { traceparent } from "../jobs/some-trace.ts";

const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: false };

function checked(input: object): Trigger {
  const result = checkTrigger(input, rules);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.trigger;
}

const triggers = new Map(soundTriggers.map((each) => [each.triggerId, checked(each)]));

const failureReasons = ["timeout", "connection", "tls", "dns", "blocked-address"] as const;
const results: fc.Arbitrary<HttpResult> = fc.oneof(
  fc.record({
    kind: fc.constant("answer" as const),
    status: fc.oneof(
      fc.constantFrom(200, 302, 410, 429, 500, 503),
      fc.integer({ min: 100, max: 999 }),
    ),
    retryAfter: fc.option(
      fc.oneof(
        fc.constantFrom("0", "5", "-1", "9".repeat(40), "Fri, 31 Dec 2099 23:59:59 GMT", "1e9"),
        fc.string({ unit: "binary" }),
        fc.date().map(String),
      ),
    ),
    durationMs: fc.nat(),
  }),
  fc.record({
    kind: fc.constant("failure" as const),
    reason: fc.constantFrom(...failureReasons),
    message: fc.constant("it failed"),
    durationMs: fc.nat(),
  }),
);

const numbers = ["1", "2", "11", "0", "-1", "", "9".repeat(15), "9".repeat(30), "1.5", "NaN", " 2"];
const headerValues = fc.oneof(
  fc.constantFrom(...numbers, planted.number, planted.secret).map((text) => Buffer.from(text)),
  mutated(
    fc.constantFrom(...["1", "1779350400000", traceparent, "a=1"].map((text) => Buffer.from(text))),
  ),
);
const headerNames = fc.constantFrom(
  "onhook-attempt",
  "onhook-due-at",
  "onhook-not-before",
  "onhook-first-failed-at",
  "onhook-last-reason",
  "onhook-last-status",
  "onhook-replay",
  "onhook-endpoint",
  "traceparent",
  "tracestate",
  "__proto__",
  "strange",
);
const headers = fc
  .array(fc.tuple(headerNames, headerValues), { maxLength: 6 })
  .map((pairs) => Object.fromEntries(pairs));

const values = fc.option(hostile(fc.constantFrom(...[...triggers.keys()].map(soundJob))), {
  freq: 50,
});

test("whatever stands among the jobs is sent, goes on, or is dead with its reason, and says nothing private", async () => {
  let result: HttpResult = { kind: "answer", status: 200, retryAfter: null, durationMs: 1 };
  const { handle, takeLeaks } = createDeliverHarness({ send: async () => result }, triggers);
  const ends = { attempted: 0, dead: 0, round: 0 };
  await fuzz(
    "jobs",
    fc.record({ value: values, headers, answer: results }),
    async ({ value, headers: given, answer }) => {
      result = answer;
      const decision = await handle({
        topic: "jobs",
        partition: 0,
        offset: 8,
        timestamp: 1000,
        key: Buffer.from("k"),
        value,
        headers: given,
      });
      const { attempt, error, onward } = decision;
      ends[attempt !== null ? "attempted" : error !== null ? "dead" : "round"] += 1;
      // Nothing that is handed on has lost a byte.
      expect(onward === null ? value : onward.value).toBe(value);
      expect(takeLeaks()).toEqual([]);
    },
  );
  expect(ends.attempted).toBeGreaterThan(10);
  expect(ends.dead).toBeGreaterThan(10);
});
