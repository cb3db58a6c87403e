import type { SeededRandom } from "./seeded-random.ts";

/** How a call ended; the last three without ever being answered. */
export type CallEnding = "answered" | "lostInPark" | "lost" | "abandoned" | "unanswered";

/** What a call's time went into, in whole seconds; together they are its duration. */
export interface CallPhases {
  readonly ending: CallEnding;
  readonly ring: number;
  readonly talk: number;
  readonly hold: number;
  readonly park: number;
  readonly cause: string;
}

/** An answered call that is over sooner than this, in seconds of talk, is classed as short. */
export const shortTalk = 5;

const longestTalk = 2 * 3_600;

function talkSeconds(random: SeededRandom): number {
  if (random.chance(0.05)) return random.between(1, shortTalk - 1);
  const mean = random.chance(0.12) ? 900 : 170;
  return Math.min(longestTalk, shortTalk + Math.round(random.exponential() * mean));
}

function unanswered(ending: CallEnding, ring: number, cause: string): CallPhases {
  return { ending, ring, talk: 0, hold: 0, park: 0, cause };
}

/** A call that somebody answers: talk, at times hold, seldom park, and very seldom a caller who gives up parked. */
export function answeredPhases(random: SeededRandom, canPark: boolean): CallPhases {
  const parked = canPark && random.chance(0.06);
  return {
    ending: parked && random.chance(0.2) ? "lostInPark" : "answered",
    ring: random.between(2, 22),
    talk: talkSeconds(random),
    hold: random.chance(0.2) ? random.between(4, 150) : 0,
    park: parked ? random.between(10, 120) : 0,
    cause: "NORMAL_CLEARING",
  };
}

/** A call from outside that nobody answers: at times after a ring so short that it counts as abandoned. */
export function missedPhases(random: SeededRandom): CallPhases {
  return random.chance(0.25)
    ? unanswered("abandoned", random.between(1, 4), "ORIGINATOR_CANCEL")
    : unanswered("lost", random.between(10, 60), random.pick(["NO_ANSWER", "NORMAL_CLEARING"]));
}

/** A call of a user that nobody answers. */
export function unansweredPhases(random: SeededRandom): CallPhases {
  return random.chance(0.3)
    ? unanswered("unanswered", random.between(1, 3), "USER_BUSY")
    : unanswered("unanswered", random.between(12, 40), "NO_ANSWER");
}
