import { describe, expect, test } from "vitest";
import type { DeliveryDetail, Replay } from "../../../src/admin/contract/deliveries.ts";
import { followedOn, mostUnknown } from "../../../src/portal/pages/delivery/follow.ts";
import type { Follow, Sending } from "../../../src/portal/pages/delivery/follow.ts";

const asked: Sending = { kind: "sending", replayId: "r", before: 1, unknown: 0 };
const detail = (state: DeliveryDetail["state"], attempts: number) => ({
  state,
  attemptList: Array.from({ length: attempts }, () => ({}) as DeliveryDetail["attemptList"][0]),
});
const replay = (more: Partial<Replay>) =>
  ({ state: "running", written: 0, error: null, ...more }) as Replay;
const unchanged = detail("dead", 1);

/** Looks as often as that, each time with the next of these answers. */
function looked(times: number, answers: readonly (Replay | null)[]): Follow {
  let follow: Follow = asked;
  for (let time = 0; time < times && follow.kind === "sending"; time += 1)
    follow = followedOn(follow, unchanged, answers[time % answers.length] ?? null);
  return follow;
}

describe("a delivery that is sent again", () => {
  test("is waited for while its replay runs, or has written it", () => {
    expect(looked(1000, [replay({}), replay({ state: "done", written: 1 })])).toEqual(asked);
  });

  test("counts as lost once its replay has been unknown for so many looks in a row", () => {
    expect(looked(mostUnknown - 1, [null]).kind).toBe("sending");
    expect(looked(mostUnknown, [null])).toEqual({ kind: "lost" });
  });

  test("does not while one of two processes knows of it", () => {
    expect(looked(1000, [null, replay({})]).kind).toBe("sending");
  });

  test("ends by the outcome of the new attempt, not before its retries", () => {
    expect(followedOn(asked, detail("retrying", 2), null)).toEqual(asked);
    expect(followedOn(asked, detail("delivered", 2), null)).toEqual({ kind: "ended" });
  });

  test("has failed where its replay did, or sent nothing", () => {
    const failed = replay({ state: "failed", error: "no brokers" });
    expect(followedOn(asked, unchanged, failed)).toEqual({ kind: "failed", error: "no brokers" });
    const nothing = replay({ state: "done" });
    expect(followedOn(asked, unchanged, nothing)).toEqual({ kind: "failed", error: null });
  });
});
