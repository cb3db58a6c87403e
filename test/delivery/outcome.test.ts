import { describe, expect, it } from "vitest";
import { classify, retryAfterMs } from "../../src/delivery/outcome.ts";
import { nine } from "./some-jobs.ts";

const at = { now: nine, maxWaitMs: 3_600_000 };

const answer = (status: number, retryAfter: string | null = null) =>
  classify({ kind: "answer", status, retryAfter, durationMs: 3 }, at);

describe("an answer", () => {
  it.each([200, 201, 204, 226, 299])("of %i is a delivery", (status) => {
    expect(answer(status)).toEqual({ kind: "delivered", status });
  });

  it.each([100, 199, 400, 404, 408, 409, 411, 429, 499, 500, 503, 599])(
    "of %i is a failure that is worth another try",
    (status) => {
      expect(answer(status)).toEqual({
        kind: "failed",
        reason: "status",
        status,
        error: `the receiver answered ${status}`,
        waitMs: 0,
      });
    },
  );

  it.each([300, 301, 302, 304, 307, 308])(
    "of %i is a failure: redirects are not followed",
    (status) => {
      expect(answer(status)).toMatchObject({ kind: "failed", reason: "redirect", status });
    },
  );

  it("of 410 is final", () => {
    expect(answer(410)).toMatchObject({ kind: "final", reason: "gone", status: 410 });
  });
});

describe("what brings no answer", () => {
  it.each(["timeout", "connection", "tls", "dns"] as const)(
    "is worth another try: %s",
    (reason) => {
      const result = { kind: "failure", reason, message: "why", durationMs: 3 } as const;
      const outcome = { kind: "failed", reason, status: null, error: "why", waitMs: 0 };
      expect(classify(result, at)).toEqual(outcome);
    },
  );

  it("is final where the address is refused", () => {
    const reason = "blocked-address";
    const result = { kind: "failure", reason, message: "why", durationMs: 3 } as const;
    expect(classify(result, at)).toEqual({ kind: "final", reason, status: null, error: "why" });
  });

  it("counts as not tried where we gave it up ourselves", () => {
    const result = { kind: "failure", reason: "aborted", message: "", durationMs: 3 } as const;
    expect(classify(result, at)).toEqual({ kind: "aborted" });
  });
});

describe("Retry-After", () => {
  it.each([429, 503])("of a %i is honoured, up to the limit", (status) => {
    expect(answer(status, "120")).toMatchObject({ waitMs: 120_000 });
    expect(answer(status, "7200")).toMatchObject({ waitMs: 3_600_000 });
  });

  it.each([301, 400, 500, 502])("of a %i is not looked at", (status) => {
    expect(answer(status, "120")).toMatchObject({ waitMs: 0 });
  });

  it.each([
    [null, 0],
    ["", 0],
    ["0", 0],
    ["7", 7000],
    [" 7 ", 7000],
    ["007", 7000],
    ["7.5", 0],
    ["-7", 0],
    ["soon", 0],
    ["9".repeat(40), 0],
    ["Mon, 05 Jan 2026 09:00:30 GMT", 30_000],
    ["Mon, 05 Jan 2026 08:00:00 GMT", 0],
    ["Monday, 05-Jan-26 09:00:30 GMT", 30_000],
    ["Mon Jan  5 09:00:30 2026", 30_000],
    ["2027 AD", 0],
    ["2026-01-05T09:00:30Z", 0],
    ["Mon, 05 Jan 2026 09:00:30 +0100", 0],
  ])("%j asks for %i ms", (text, waitMs) => {
    expect(retryAfterMs(text, nine)).toBe(waitMs);
  });
});
