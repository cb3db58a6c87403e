import { callRecord } from "./call-record.ts";
import { tellCallStory } from "./call-story.ts";
import type { SampleTenant } from "./sample-tenants.ts";
import { createSeededRandom } from "./seeded-random.ts";
import type { CallEndedRecord } from "./simulated-cdr.ts";
import { createZonedTime } from "./zoned-time.ts";
import type { WallClock } from "./zoned-time.ts";

export interface SimulatorOptions {
  /** The same seed, tenants and start give the same calls, ids included. */
  readonly seed: number;
  /** At least one. */
  readonly tenants: readonly SampleTenant[];
  /** Where the simulated time begins, ms since the epoch. */
  readonly startAt: number;
}

export interface CallSimulator {
  /** The next call that ends anywhere; ends never go back in time. */
  next(): CallEndedRecord;
}

/**
 * A start that shows much in few calls: it is a Friday morning in Europe, a weekend follows, and in it Europe's clocks
 * go forward.
 */
export const demoStart = { seed: 7, startAt: Date.UTC(2026, 2, 27, 6) } as const;

/** Time between two calls, in ms, while every tenant is in business hours: a time-lapse, two days in some 200 calls. */
const busyWaitMs = 240_000;

function isOpen({ weekday, hour }: WallClock): boolean {
  return weekday >= 1 && weekday <= 5 && hour >= 9 && hour < 17.5;
}

/** How busy a telephone is by the wall clock, 1 at its busiest. */
function load(clock: WallClock): number {
  const { weekday, hour } = clock;
  if (isOpen(clock)) return hour >= 12 && hour < 14 ? 0.7 : 1;
  if (weekday === 0 || weekday === 6) return hour >= 9 && hour < 18 ? 0.2 : 0.06;
  return hour >= 7 && hour < 21 ? 0.35 : 0.08;
}

/** Makes calls up, as a Poisson stream whose rate follows the business hours of each tenant's own time zone. */
export function createSimulator(options: SimulatorOptions): CallSimulator {
  const random = createSeededRandom(options.seed);
  const offices = options.tenants.map((tenant) => ({
    tenant,
    zone: createZonedTime(tenant.timeZone),
  }));
  const busiest = offices.reduce((sum, { tenant }) => sum + tenant.share, 0);
  let now = options.startAt;

  return {
    next() {
      const loads = offices.map(({ tenant, zone }) => tenant.share * load(zone.wallClock(now)));
      const total = loads.reduce((sum, one) => sum + one, 0);
      const { tenant, zone } = random.weighted(offices, (one) => loads[offices.indexOf(one)] ?? 0);
      now += (random.exponential() * busyWaitMs * busiest) / total;
      const endAt = Math.floor(now / 1_000) * 1_000;
      const story = tellCallStory(random, tenant, isOpen(zone.wallClock(endAt)));
      return callRecord(story, tenant, zone, endAt);
    },
  };
}
