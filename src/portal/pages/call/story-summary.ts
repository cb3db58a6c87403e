import type { CallStory, TriggerStory } from "../../../admin/contract/calls.ts";

/** What of a story is shown. */
export const storyFilters = ["all", "fired", "not-fired"] as const;
export type StoryFilter = (typeof storyFilters)[number];

/**
 * Whether a webhook was made, as far as it is known: by what came of it, which outlasts changes of the trigger; else by
 * the trigger as it is now.
 */
export function fired({ fires, delivery }: TriggerStory): boolean {
  return delivery !== null || fires;
}

/** Why one did not fire, the nearest reason: what is outside its conditions is told of before them. */
export type Miss =
  | { readonly kind: "conditions"; readonly failed: number; readonly of: number }
  | { readonly kind: "obstacle"; readonly obstacle: TriggerStory["obstacles"][number] };

export function missOf({ conditions, obstacles }: TriggerStory): Miss | null {
  const failed = conditions.filter(({ holds }) => !holds).length;
  if (failed > 0) return { kind: "conditions", failed, of: conditions.length };
  const obstacle = obstacles.find(({ blocks }) => blocks);
  return obstacle === undefined ? null : { kind: "obstacle", obstacle };
}

/** The counts of the sentence on top. */
export interface StorySummary {
  readonly all: number;
  readonly fired: number;
  readonly delivered: number;
  readonly retrying: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Fired, and nothing is known yet of its delivery. */
  readonly pending: number;
  /** Would have fired, had nothing outside their conditions been in the way. */
  readonly hindered: number;
}

export function summaryOf({ triggers }: CallStory): StorySummary {
  const inState = (state: string): number =>
    triggers.filter(({ delivery }) => delivery?.state === state).length;
  const hindered = triggers.filter(
    (trigger) => !fired(trigger) && missOf(trigger)?.kind === "obstacle",
  );
  return {
    all: triggers.length,
    fired: triggers.filter(fired).length,
    delivered: inState("delivered"),
    retrying: inState("retrying"),
    dead: inState("dead"),
    cancelled: inState("cancelled"),
    pending: triggers.filter(({ fires, delivery }) => fires && delivery === null).length,
    hindered: hindered.length,
  };
}

/** Those of a filter: the fired first, then those that an obstacle kept, then by how near they were. */
export function inOrder(
  triggers: readonly TriggerStory[],
  filter: StoryFilter,
): readonly TriggerStory[] {
  const rank = (trigger: TriggerStory): number => {
    if (fired(trigger)) return 0;
    const miss = missOf(trigger);
    return miss?.kind === "conditions" ? 1 + miss.failed : 1;
  };
  return triggers
    .filter((trigger) => filter === "all" || fired(trigger) === (filter === "fired"))
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
