import type { Pace } from "../../src/delivery/pace.ts";
import { Scheduler } from "../../src/delivery/scheduler.ts";
import type { Offer, SchedulerOptions, Work } from "../../src/delivery/scheduler.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

export const answered: Pace = { kind: "answered" };

/** A scheduler, and jobs that say when they begin and end when they are told to. */
export function setUp(options: Partial<SchedulerOptions> = {}) {
  const clock = createFakeClock();
  const begun: string[] = [];
  const held: string[] = [];
  const detoured: string[] = [];
  const counts: number[] = [];
  const ends = new Map<string, (pace: Pace) => void>();
  const scheduler = new Scheduler({
    maxInFlight: 8,
    maxPerEndpoint: 64,
    patienceMs: 1000,
    clock,
    changed: (count) => void counts.push(count),
    ...options,
  });

  /** `name` is `<tenant>.<endpoint>.<number>`. */
  function offer(name: string, changes: Partial<Offer> = {}): void {
    const [tenantId = "", endpoint = ""] = name.split(".");
    const work: Work = async (slot) => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<Pace>();
      ends.set(name, resolve);
      slot.ended(await promise);
    };
    scheduler.offer({
      endpoint: { id: `${tenantId}.${endpoint}`, tenantId },
      retry: false,
      crowds: false,
      work,
      held: () => void held.push(name),
      detour: () => void detoured.push(name),
      ...changes,
    });
  }
  async function end(name: string, pace: Pace = answered): Promise<void> {
    ends.get(name)?.(pace);
    await settle();
  }
  return { clock, scheduler, begun, held, detoured, counts, offer, end };
}

/** Names that end in the numbers from 0. */
export const many = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${prefix}.${number}`);
