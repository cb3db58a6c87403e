import { describe, expect, test } from "vitest";
import { startReplay } from "../../../src/admin/contract/deliveries.ts";
import { bodyOf, problemOfDraft } from "../../../src/portal/pages/replays/replay-draft.ts";
import type { ReplayDraft } from "../../../src/portal/pages/replays/replay-draft.ts";

const blank: ReplayDraft = {
  kind: "dead",
  triggerId: "",
  reason: "",
  from: "",
  to: "",
  rate: "100",
};
const triggerId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const whole: ReplayDraft = {
  ...blank,
  kind: "calls",
  triggerId,
  from: "2026-01-01T10:00",
  to: "2026-01-01T11:00",
};

describe("a replay that is to be started", () => {
  test.each([
    [{ ...whole, triggerId: "" }, "triggerId", "trigger"],
    [{ ...whole, from: "" }, "from", "time"],
    [{ ...whole, to: "" }, "to", "time"],
    [{ ...whole, to: whole.from }, "to", "order"],
    [{ ...blank, from: whole.to, to: whole.from }, "to", "order"],
    [{ ...blank, rate: "0" }, "rate", "rate"],
    [{ ...blank, rate: "2.5" }, "rate", "rate"],
    [{ ...blank, rate: "10001" }, "rate", "rate"],
    [{ ...blank, rate: "many" }, "rate", "rate"],
  ] as const)("is told what is wrong with it: %j", (draft, field, problem) => {
    expect(problemOfDraft(draft)).toEqual({ field, problem });
  });

  test.each([blank, whole, { ...blank, triggerId, reason: "timeout", from: whole.from }])(
    "is one that the API understands: %j",
    (draft) => {
      expect(problemOfDraft(draft)).toBeNull();
      expect(startReplay.safeParse(bodyOf(draft)).success).toBe(true);
    },
  );
});
