import { describe, expect, test } from "vitest";
import type { CallStory, TriggerStory } from "../../../src/admin/contract/calls.ts";
import type { Delivery } from "../../../src/admin/contract/deliveries.ts";
import {
  inOrder,
  isOpen,
  isRecent,
  missOf,
  standingOf,
  summaryOf,
} from "../../../src/portal/pages/call/story-summary.ts";

function story(name: string, more: Partial<TriggerStory> = {}): TriggerStory {
  return {
    triggerId: name,
    name,
    fires: false,
    endpoint: "ok",
    conditions: [],
    obstacles: [],
    delivery: null,
    ...more,
  };
}

const condition = { field: "dir", op: "eq", values: ["2"], ignoreCase: false } as const;
const verdicts = (...holds: boolean[]): TriggerStory["conditions"] =>
  holds.map((each) => ({
    condition: { ...condition, values: ["2"] },
    holds: each,
    has: [],
    mismatch: false,
  }));
const inState = (state: Delivery["state"]) => ({ state }) as Delivery;
const obstacle = { text: "", disabledReason: null, createdAt: null, problems: [] };
const disabled = { ...obstacle, kind: "disabled", blocks: true } as const;

const triggers = [
  story("delivered", { fires: true, delivery: inState("delivered") }),
  story("changed since", { delivery: inState("dead"), conditions: verdicts(false) }),
  story("on its way", { fires: true }),
  story("hindered", { conditions: verdicts(true), obstacles: [disabled] }),
  story("near", { conditions: verdicts(true, false) }),
  story("far", { conditions: verdicts(false, false) }),
];
const at = "2026-01-01T10:00:00.000Z";
const minutesLater = (minutes: number): number => Date.parse(at) + minutes * 60_000;
const storyOf = (triggers: readonly TriggerStory[]) =>
  ({ call: { at }, triggers, otherDeliveries: [] }) as unknown as CallStory;
const call = storyOf(triggers);

describe("the story of a call", () => {
  test("counts what fired by what came of it, whatever its trigger is now", () => {
    const fired = triggers.filter((trigger) => standingOf(trigger, true) === "fired");
    expect(fired.map(({ name }) => name)).toEqual(["delivered", "changed since", "on its way"]);
  });

  test("sums up what happened", () => {
    expect(summaryOf(call, true)).toEqual({
      all: 6,
      fired: 3,
      delivered: 1,
      retrying: 0,
      dead: 1,
      cancelled: 0,
      pending: 1,
      unknown: 0,
      hindered: 1,
    });
  });

  test("of an old call takes what would fire now, and left no delivery, for unknown", () => {
    expect(summaryOf(call, false)).toMatchObject({ fired: 2, pending: 0, unknown: 1, hindered: 1 });
    const shown = (filter: "all" | "fired" | "not-fired") =>
      inOrder(triggers, filter, false).map(({ name }) => name);
    expect(shown("fired")).toEqual(["changed since", "delivered"]);
    expect(shown("not-fired")).not.toContain("on its way");
    expect(shown("all").slice(0, 3)).toEqual(["changed since", "delivered", "on its way"]);
  });

  test("waits five minutes for a delivery, and for a retry for as long as it takes", () => {
    const [pending, retrying, done] = [
      storyOf([story("on its way", { fires: true })]),
      storyOf([story("retried", { delivery: inState("retrying") })]),
      storyOf([story("done", { fires: true, delivery: inState("delivered") })]),
    ];
    expect(isRecent(call, minutesLater(4.9))).toBe(true);
    expect(isRecent(call, minutesLater(5))).toBe(false);
    const open = [pending, retrying, done].map((each) => [
      isOpen(each, minutesLater(1)),
      isOpen(each, minutesLater(60)),
    ]);
    expect(open).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("tells of conditions before what else is in the way", () => {
    const both = story("both", { conditions: verdicts(false, true), obstacles: [disabled] });
    expect(missOf(both)).toEqual({ kind: "conditions", failed: 1, of: 2 });
    expect(missOf(triggers[3] as TriggerStory)).toEqual({ kind: "obstacle", obstacle: disabled });
    const note = { ...obstacle, kind: "newer-version-refused", blocks: false } as const;
    expect(missOf(story("noted", { obstacles: [note] }))).toBeNull();
  });

  test("has the fired ones first, and then those that were nearest to it", () => {
    expect(inOrder(triggers, "not-fired", true).map(({ name }) => name)).toEqual([
      "hindered",
      "near",
      "far",
    ]);
    expect(inOrder(triggers, "fired", true)).toHaveLength(3);
    expect(inOrder(triggers, "all", true).map(({ name }) => name)).toEqual([
      "changed since",
      "delivered",
      "on its way",
      "hindered",
      "near",
      "far",
    ]);
  });
});
