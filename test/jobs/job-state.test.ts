import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstAttempt, jobStateHeaders, readJobState } from "../../src/jobs/job-state.ts";
import { traceparent } from "./some-trace.ts";

function headersOf(headers: Readonly<Record<string, string | Buffer>>): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
  );
}

const time = fc.option(fc.nat(2 ** 31).map((ms) => 1_700_000_000_000 + ms));

const states = fc.record({
  attempt: fc.integer({ min: 1, max: 11 }),
  dueAt: time,
  notBefore: time,
  firstFailedAt: time,
  lastReason: fc.option(fc.constantFrom("status", "timeout")),
  lastStatus: fc.option(fc.integer({ min: 100, max: 599 })),
});

describe("the state of a job on its way", () => {
  it("is read from its headers as it was written", () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(readJobState(headersOf(jobStateHeaders(state, {})))).toEqual(state);
      }),
    );
  });

  it("is that of a new job where there are no headers", () => {
    expect(readJobState({})).toEqual(firstAttempt);
    expect(jobStateHeaders(firstAttempt, {})).toEqual({ "onhook-attempt": "1" });
  });

  it.each(["", "two", "-1", "1.5", "1e3", " 1", "0x10", "9".repeat(16), "١"])(
    "reads a number that is damaged (%j) as if it were missing",
    (text) => {
      const headers = headersOf({
        "onhook-attempt": text,
        "onhook-due-at": text,
        "onhook-not-before": text,
        "onhook-last-status": text,
      });
      expect(readJobState(headers)).toEqual(firstAttempt);
    },
  );

  it("has an attempt that a record of it can hold, whatever its header says", () => {
    const attemptOf = (text: string) => readJobState(headersOf({ "onhook-attempt": text })).attempt;
    expect([attemptOf("0"), attemptOf("11"), attemptOf("9".repeat(15))]).toEqual([
      1, 11, 1_000_000,
    ]);
  });

  it("takes the trace along, and nothing else of the headers before", () => {
    const trace = { traceparent, tracestate: "v=1" };
    const before = headersOf({ ...trace, other: "x", "onhook-due-at": "5" });
    expect(jobStateHeaders({ ...firstAttempt, attempt: 2 }, before)).toEqual({
      "onhook-attempt": "2",
      ...trace,
    });
  });
});
