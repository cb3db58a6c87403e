import type { Clock } from "../runtime/clock.ts";
import type { AnyEvent } from "./any-event.ts";

/** One thing that has to be so. */
interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What the events say about the health of the process. */
export interface HealthState {
  record(event: AnyEvent): void;
  /** A group is expected to have a member in this process. */
  expect(group: string): void;
  /** Whether each consumer does anything at all: fetches, joins, or fails and tries again. */
  alive(): readonly Finding[];
  /** Whether each consumer is a member of its group. */
  joined(): readonly Finding[];
}

/**
 * After this long without a sign from a consumer it is stuck, and only a restart mends it. An outage of the brokers is
 * none: then each try is a sign, and a restart would only add to the trouble.
 */
const silentMs = 120_000;

interface Group {
  joined: boolean;
  signAt: number;
}

export function createHealthState(clock: Clock): HealthState {
  const groups = new Map<string, Group>();

  function sign(group: string, joined?: boolean): void {
    const known = groups.get(group);
    if (known === undefined) return;
    known.signAt = clock.now();
    if (joined !== undefined) known.joined = joined;
  }

  return {
    record(event) {
      if (event.type === "consumer.joined") sign(event.group, true);
      else if (event.type === "consumer.crashed" || event.type === "consumer.rebalancing")
        sign(event.group, false);
      else if (event.type === "consumer.fetched") sign(event.group);
    },
    expect(group) {
      groups.set(group, { joined: false, signAt: clock.now() });
    },
    alive: () =>
      [...groups].map(([name, { signAt }]) => {
        const silent = clock.now() - signAt;
        return {
          name: `consumer ${name}`,
          ok: silent < silentMs,
          detail: `last sign ${Math.round(silent / 1000)} s ago`,
        };
      }),
    joined: () =>
      [...groups].map(([name, { joined }]) => ({
        name: `consumer ${name}`,
        ok: joined,
        detail: joined ? "joined" : "not a member of its group yet",
      })),
  };
}
