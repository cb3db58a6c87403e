import type { CallStory, TriggerStory } from "../../../admin/contract/calls.ts";

/** What of a story is shown. */
export const storyFilters = ["all", "fired", "not-fired"] as const;
export type StoryFilter = (typeof storyFilters)[number];
const wanted = { fired: "fired", "not-fired": "missed" } as const;

/** How long after a call its deliveries are waited for, in ms. */
const waitedForMs = 300_000;

/** Whether what a call has fired may still be on its way: its time is the service's, `now` is the browser's. */
export function isRecent({ call }: CallStory, now: number): boolean {
  return now - Date.parse(call.at) < waitedForMs;
}

/**
 * Whether a webhook was made: by what came of it, which outlasts changes of the trigger; else, for a recent call, by the
 * trigger as it is now. Of an older call a trigger that would fire now proves nothing: `unknown`.
 */
export type Standing = "fired" | "unknown" | "missed";

export function standingOf({ fires, delivery }: TriggerStory, recent: boolean): Standing {
  if (delivery !== null) return "fired";
  if (!fires) return "missed";
  return recent ? "fired" : "unknown";
}

/** Whether something of the story is yet to come. */
export function isOpen(story: CallStory, now: number): boolean {
  const recent = isRecent(story, now);
  return story.triggers.some(
    ({ fires, delivery }) =>
      delivery?.state === "retrying" || (recent && fires && delivery === null),
  );
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
  /** Would fire now, and of a delivery nothing is known. */
  readonly unknown: number;
  /** Would have fired, had nothing outside their conditions been in the way. */
  readonly hindered: number;
}

export function summaryOf({ triggers }: CallStory, recent: boolean): StorySummary {
  const standing = (wanted: Standing): readonly TriggerStory[] =>
    triggers.filter((trigger) => standingOf(trigger, recent) === wanted);
  const fired = standing("fired");
  const inState = (state: string): number =>
    triggers.filter(({ delivery }) => delivery?.state === state).length;
  const hindered = standing("missed").filter((trigger) => missOf(trigger)?.kind === "obstacle");
  return {
    all: triggers.length,
    fired: fired.length,
    delivered: inState("delivered"),
    retrying: inState("retrying"),
    dead: inState("dead"),
    cancelled: inState("cancelled"),
    pending: fired.filter(({ delivery }) => delivery === null).length,
    unknown: standing("unknown").length,
    hindered: hindered.length,
  };
}

/** Those of a filter: the fired first, then the unknown, then those that an obstacle kept, then by how near they were. */
export function inOrder(
  triggers: readonly TriggerStory[],
  filter: StoryFilter,
  recent: boolean,
): readonly TriggerStory[] {
  const rank = (trigger: TriggerStory): number => {
    const standing = standingOf(trigger, recent);
    if (standing !== "missed") return standing === "fired" ? 0 : 1;
    const miss = missOf(trigger);
    return miss?.kind === "conditions" ? 2 + miss.failed : 2;
  };
  return triggers
    .filter((trigger) => filter === "all" || standingOf(trigger, recent) === wanted[filter])
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
