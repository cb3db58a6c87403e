import { describe, expect, it } from "vitest";
import { afterAttempt, undeliverable } from "../../src/delivery/decision.ts";
import type { Decision } from "../../src/delivery/decision.ts";
import type { DeliveryEvent } from "../../src/delivery/delivery-events.ts";
import { createFinisher } from "../../src/delivery/finisher.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { OnhookError } from "../../src/errors.ts";
import type { OutgoingRecord } from "../../src/log/log-record.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { nine, someJob, someRecord, someState, someTaken } from "./some-jobs.ts";

const [rung] = createRetryLadder("r.", [2000]).rungs;
const from = someRecord({ offset: 8, headers: { "onhook-last-reason": "status" } });

/** The job failed and is to go on to a rung. */
function retried(): Decision {
  if (rung === undefined) throw new Error("a ladder without rungs");
  const state = someState({ attempt: 2, dueAt: nine + 2000, lastReason: "status" });
  return afterAttempt(
    from,
    someJob(),
    someState(),
    {
      startedAt: nine,
      request: { method: "POST", url: "https://crm.example.com/" },
      result: { kind: "answer", status: 500, retryAfter: null, durationMs: 3 },
      outcome: { kind: "failed", reason: "status", status: 500, error: "500", waitMs: 0 },
      trace: null,
      stop: { kind: "retry", rung, state },
    },
    "dead",
  );
}

/** Finishes by a log that refuses as too large what `refuses` says. */
async function finish(decision: Decision, refuses: (record: OutgoingRecord) => boolean) {
  const written: OutgoingRecord[] = [];
  const events: DeliveryEvent[] = [];
  let finished = 0;
  const finisher = createFinisher({
    writer: {
      async write(record) {
        const { topic } = record;
        if (refuses(record)) throw new OnhookError("RECORD_TOO_LARGE", { topic, bytes: 9 });
        written.push(record);
      },
    },
    attempts: {
      encode: ({ outcome, nextAttemptAt }) => Buffer.from(`${outcome} ${nextAttemptAt}`),
    },
    attemptsTopic: "attempts",
    jobs: {
      encode: ({ cdrId, call }) => Buffer.from(`${cdrId} ${call.length}`),
      async decode(value) {
        if (String(value) !== "job") throw new OnhookError("WIRE_FORMAT", { problem: "x" });
        return someJob();
      },
    },
    deadTopic: "dead",
    clock: createFakeClock(nine),
    emit: (event) => void events.push(event),
  });
  await finisher(
    someTaken(from, () => void (finished += 1)),
    decision,
  );
  return { written, events, finished };
}

describe("a job that is too large for its next stop", () => {
  it("ends as dead without its call but with its ids, and its attempt says so", async () => {
    const { written, events, finished } = await finish(retried(), ({ topic }) => topic === "r.2s");
    expect(finished).toBe(1);
    expect(written).toMatchObject([
      {
        topic: "dead",
        key: from.key,
        value: Buffer.from("call-1 0"),
        headers: {
          "onhook-dead-reason": "too-large",
          "onhook-dead-error": expect.stringContaining("r.2s"),
          "onhook-last-reason": "status",
          "onhook-source-offset": "8",
        },
      },
      { topic: "attempts", value: Buffer.from("dead null") },
    ]);
    expect(events).toMatchObject([
      { type: "delivery.attempted", outcome: "dead", problem: expect.stringContaining("r.2s") },
    ]);
  });

  it("leaves only what the headers say where even that is too large", async () => {
    const refuses = ({ topic, value }: OutgoingRecord) => topic !== "attempts" && value !== null;
    const { written, finished } = await finish(retried(), refuses);
    expect(finished).toBe(1);
    const headers = { "onhook-dead-reason": "too-large", "onhook-source-offset": "8" };
    expect(written[0]).toMatchObject({ topic: "dead", key: null, value: null, headers });
  });

  it("is told as undecodable where it was no job, and has no value among the dead", async () => {
    const error = new OnhookError("WIRE_FORMAT", { problem: "x" });
    const record = { ...from, value: Buffer.from("no job") };
    const decision = undeliverable(record, someState(), error, "dead", nine);
    let first = true;
    const { written, events } = await finish(decision, () => {
      const refused = first;
      first = false;
      return refused;
    });
    expect(written).toMatchObject([
      { topic: "dead", headers: { "onhook-dead-reason": "too-large" } },
    ]);
    expect(events).toMatchObject([{ type: "job.undecodable", error: { code: "WIRE_FORMAT" } }]);
  });
});
