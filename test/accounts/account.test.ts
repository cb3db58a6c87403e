import { describe, expect, it } from "vitest";
import { settle } from "./account.ts";
import type { Evidence } from "./account.ts";
import { repeatsOf, untilRecorded } from "./request-log.ts";
import type { Recorded, RequestSeen } from "./request-log.ts";

const request = (id: string, some: Partial<RequestSeen> = {}): RequestSeen => ({
  id,
  attempt: 1,
  arrivedAt: 1000,
  endedAt: 1010,
  status: 200,
  ...some,
});

const good: Evidence = {
  calls: 2,
  expected: [
    { webhookId: "a", ends: ["delivered"] },
    { webhookId: "b", ends: ["cancelled", "dead"] },
  ],
  committed: [
    { jobId: "a", origin: "0/0 t" },
    { jobId: "b", origin: "0/1 t" },
  ],
  ended: [
    { jobId: "a", outcome: "delivered" },
    { jobId: "b", outcome: "dead" },
  ],
  dead: new Set(["b"]),
  requests: [request("a"), request("b", { status: 500 })],
};

describe("the account of a scenario", () => {
  it("is even where every webhook that is due has come or ended as it must", () => {
    expect(settle(good)).toEqual({
      calls: 2,
      jobs: 2,
      delivered: 1,
      dead: 1,
      cancelled: 0,
      lost: [],
      doubled: [],
      problems: [],
    });
  });

  it.each<[string, Partial<Evidence>, string]>([
    ["no receiver took", { requests: [request("b", { status: 500 })] }, "a"],
    ["was never committed", { committed: good.committed.slice(1) }, "a"],
    ["is recorded nowhere", { ended: good.ended.slice(1) }, "a"],
    ["is recorded as dead and stands nowhere", { dead: new Set() }, "b"],
  ])("calls a webhook lost that %s", (_, change, id) => {
    expect(settle({ ...good, ...change }).lost).toEqual([id]);
  });

  it("calls a job doubled that one call made twice, not one that two calls made", () => {
    const [first, second] = good.committed as [(typeof good.committed)[0], { origin: string }];
    const twice = { ...good, committed: [...good.committed, first] };
    expect(settle(twice).doubled).toEqual([first.origin]);
    const again = { ...first, origin: `1${second.origin}` };
    expect(settle({ ...good, committed: [...good.committed, again] }).doubled).toEqual([]);
  });

  it("names what ended in another way than it must, and what nobody expected", () => {
    const wrong = { ...good, expected: [{ webhookId: "a", ends: ["dead"] as const }] };
    expect(settle(wrong).problems).toEqual([
      "b among the jobs is not due",
      "b among the attempts is not due",
      "b among the dead is not due",
      "b among the requests is not due",
      "a is delivered, and had to be dead",
    ]);
  });
});

describe("repeated requests", () => {
  const fault = { what: "kill", from: 1050, to: 1060, finishingMs: 100 };

  it("are explained by a fault that struck while the first was in flight, or was just answered", () => {
    const again = request("a", { arrivedAt: 7000, endedAt: 7001 });
    expect(repeatsOf([request("a"), again, request("b")], [fault])).toEqual({
      repeated: 1,
      inFlight: 2,
      unexplained: [],
    });
  });

  it("are not explained by a fault long after the first, or after the repeat", () => {
    const again = request("a", { arrivedAt: 1030, endedAt: 1031 });
    expect(repeatsOf([request("a"), again], [fault]).unexplained).toEqual(["a 1"]);
    const later = { ...fault, from: 1111, to: 1112 };
    const much = request("a", { arrivedAt: 9000, endedAt: 9001 });
    expect(repeatsOf([request("a"), much], [later]).unexplained).toEqual(["a 1"]);
  });

  it("are explained by a fault that struck while the first was being recorded, as its process tells, and not another's", () => {
    const again = request("a", { arrivedAt: 7000, endedAt: 7001 });
    const late = { ...fault, from: 2000, to: 2000, finishingMs: 0 };
    const recorded = { id: "a", attempt: 1, beganAt: 990, endedAt: 1050, recordedAt: 2100 };
    const unexplained = (...all: readonly Recorded[]) =>
      repeatsOf(untilRecorded([request("a"), again], all), [late]).unexplained;
    expect(unexplained(recorded)).toEqual([]);
    expect(unexplained({ ...recorded, recordedAt: 1999 })).toEqual(["a 1"]);
    expect(unexplained({ ...recorded, beganAt: 6990, endedAt: 7010, recordedAt: 7020 })).toEqual([
      "a 1",
    ]);
  });

  it("do not include further attempts", () => {
    const retry = request("a", { attempt: 2 });
    expect(repeatsOf([request("a"), retry], []).repeated).toBe(0);
  });
});
