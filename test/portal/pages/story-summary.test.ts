import { describe, expect, test } from "vitest";
import type { CallStory, TriggerStory } from "../../../src/admin/contract/calls.ts";
import type { Delivery } from "../../../src/admin/contract/deliveries.ts";
import { fired, inOrder, missOf, summaryOf } from "../../../src/portal/pages/call/story-summary.ts";

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
const disabled = { kind: "disabled", blocks: true, text: "" } as const;

const triggers = [
  story("delivered", { fires: true, delivery: inState("delivered") }),
  story("changed since", { delivery: inState("dead"), conditions: verdicts(false) }),
  story("on its way", { fires: true }),
  story("hindered", { conditions: verdicts(true), obstacles: [disabled] }),
  story("near", { conditions: verdicts(true, false) }),
  story("far", { conditions: verdicts(false, false) }),
];
const call = { triggers, otherDeliveries: [] } as unknown as CallStory;

describe("the story of a call", () => {
  test("counts what fired by what came of it, whatever its trigger is now", () => {
    expect(triggers.filter(fired).map(({ name }) => name)).toEqual([
      "delivered",
      "changed since",
      "on its way",
    ]);
  });

  test("sums up what happened", () => {
    expect(summaryOf(call)).toEqual({
      all: 6,
      fired: 3,
      delivered: 1,
      retrying: 0,
      dead: 1,
      cancelled: 0,
      pending: 1,
      hindered: 1,
    });
  });

  test("tells of conditions before what else is in the way", () => {
    const both = story("both", { conditions: verdicts(false, true), obstacles: [disabled] });
    expect(missOf(both)).toEqual({ kind: "conditions", failed: 1, of: 2 });
    expect(missOf(triggers[3] as TriggerStory)).toEqual({ kind: "obstacle", obstacle: disabled });
    const note = { kind: "newer-version-refused", blocks: false, text: "" } as const;
    expect(missOf(story("noted", { obstacles: [note] }))).toBeNull();
  });

  test("has the fired ones first, and then those that were nearest to it", () => {
    expect(inOrder(triggers, "not-fired").map(({ name }) => name)).toEqual([
      "hindered",
      "near",
      "far",
    ]);
    expect(inOrder(triggers, "fired")).toHaveLength(3);
    expect(inOrder(triggers, "all").map(({ name }) => name)).toEqual([
      "changed since",
      "delivered",
      "on its way",
      "hindered",
      "near",
      "far",
    ]);
  });
});
