import { describe, expect, it } from "vitest";
import { deadHeaders, readDeath } from "../../src/delivery/dead-headers.ts";
import { readJobState } from "../../src/jobs/job-state.ts";
import { nine, someRecord, someState } from "./some-jobs.ts";
import { traceparent } from "../jobs/some-trace.ts";

const death = { reason: "status", error: "the receiver answered 500", at: nine };
const state = someState({ attempt: 4, firstFailedAt: nine - 12_000, lastStatus: 500 });
const from = someRecord({
  offset: 8,
  partition: 2,
  headers: { traceparent, x: "y" },
});

describe("the headers of a dead job", () => {
  const headers = deadHeaders(state, death, from);

  it("say why it is dead, how far it came, and where it stood, and carry its trace", () => {
    expect(headers).toEqual({
      "onhook-attempt": "4",
      "onhook-first-failed-at": String(nine - 12_000),
      "onhook-last-status": "500",
      "onhook-dead-reason": "status",
      "onhook-dead-error": "the receiver answered 500",
      "onhook-dead-at": String(nine),
      "onhook-source-topic": "onhook.jobs",
      "onhook-source-partition": "2",
      "onhook-source-offset": "8",
      traceparent,
    });
  });

  it("are read back as they were written", () => {
    const written = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
    );
    expect(readDeath(written)).toEqual(death);
    expect(readJobState(written)).toEqual(state);
  });
});

describe("a damaged time of death", () => {
  it.each(["99999999999999999", "9999999999999999", "1e3", "-5", "1.5", "", " 7", "Infinity"])(
    "is none: %j",
    (text) => {
      expect(readDeath({ "onhook-dead-at": Buffer.from(text) }).at).toBeNull();
    },
  );
});

describe("a record without such headers", () => {
  it("reads as a death of which nothing is known", () => {
    expect(readDeath({})).toEqual({ reason: null, error: null, at: null });
    expect(readDeath({ "onhook-dead-at": Buffer.from("noon") })).toMatchObject({ at: null });
  });
});
