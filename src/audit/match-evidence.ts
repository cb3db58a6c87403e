import type { DeliveryJob } from "../jobs/delivery-job.ts";
import type { Configuration, KnownTrigger } from "./possible-triggers.ts";
import type { Version } from "./config-history.ts";
import type { Window } from "./window.ts";
import { possibleTriggers } from "./possible-triggers.ts";
import type { Possible } from "./possible-triggers.ts";
import { SeenOffsets, createTimeline } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";

/** From the first job that a doubtful version of a trigger made, all processes have it this much later; ms. */
const takenEverywhereMs = 60_000;

/** How many answers are kept: one for each tenant while nothing changes. */
const mostAnswers = 100_000;

/** When a call was matched, as far as that can be known; ms since the epoch. */
export interface MatchedAt {
  readonly tenantId: string;
  readonly earliest: number;
  readonly latest: number;
  /**
   * The offsets of the triggers' topic that the call's own jobs say; where it has none, those of the last job before it
   * and the first behind it in its partition, if there are both.
   */
  readonly between: readonly number[];
  readonly isOwn: boolean;
}

/** Answers with which triggers a call may have been matched; gathers the evidence for that from the jobs first. */
export class MatchEvidence {
  readonly #config: Configuration;
  readonly #seen = new SeenOffsets();
  readonly #takenAt = new Map<Version<KnownTrigger>, number>();
  readonly #answers = new Map<string, Possible>();
  #timelines: { readonly triggers: Timeline; readonly tenants: Timeline } | null = null;
  #isDoubtful = false;

  constructor(config: Configuration) {
    this.#config = config;
  }

  /** A job that match made, at a time in ms since the epoch. */
  made({ triggerId, triggersOffset }: DeliveryJob, at: number): void {
    this.#seen.note(triggersOffset, at);
    const version = this.#config.triggers.at(triggerId, triggersOffset);
    if (version?.doubt !== "schema") return;
    this.#takenAt.set(version, Math.min(at, this.#takenAt.get(version) ?? at));
  }

  /** To be asked once all jobs are noted. */
  possible(matched: MatchedAt): Possible {
    const { tenantId, earliest, latest } = matched;
    this.#timelines ??= this.#createTimelines();
    const triggers = this.#window(matched, this.#timelines.triggers);
    const tenants = this.#timelines.tenants.window(earliest, latest);
    const key = `${tenantId}\n${triggers.lo} ${triggers.hi} ${tenants.lo} ${tenants.hi}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    this.#isDoubtful = false;
    const taken = (version: Version<KnownTrigger>): boolean => this.#isTaken(version, earliest);
    const possible = possibleTriggers(this.#config, { tenantId, triggers, tenants, taken });
    if (this.#answers.size >= mostAnswers) this.#answers.clear();
    // What depends on the call's own time is worked out anew for each.
    if (!this.#isDoubtful) this.#answers.set(key, possible);
    return possible;
  }

  #window({ earliest, latest, between, isOwn }: MatchedAt, timeline: Timeline): Window {
    const [first, last] = [Math.min(...between), Math.max(...between)];
    if (isOwn) return { lo: first, hi: last };
    const { lo, hi } = timeline.window(earliest, latest);
    if (between.length === 0) return { lo, hi };
    return { lo: Math.max(lo, first), hi: Math.max(lo, first, Math.min(hi, last)) };
  }

  #isTaken(version: Version<KnownTrigger>, at: number): boolean {
    if (version.doubt === null) return true;
    this.#isDoubtful = true;
    const since = this.#takenAt.get(version);
    return since !== undefined && at >= since + takenEverywhereMs;
  }

  #createTimelines(): { readonly triggers: Timeline; readonly tenants: Timeline } {
    const { triggers, tenants } = this.#config;
    return {
      triggers: createTimeline(
        triggers.events,
        (offset) => this.#seen.lastWithout(offset),
        triggers.end,
      ),
      // Jobs do not say how far the tenants were read.
      tenants: createTimeline(tenants.events, () => -Infinity, tenants.end),
    };
  }
}
