import type { FailureReason } from "../delivery/outcome.ts";

/** An endpoint that is not well, after schemas/endpoint-health.avsc. Times in ms since the epoch. */
export interface EndpointHealth {
  readonly endpointId: string;
  readonly tenantId: string;
  readonly triggerId: string;
  readonly host: string;
  readonly state: "suspended" | "recovering";
  readonly since: number;
  readonly failingSince: number;
  readonly failures: number;
  readonly reason: string;
  readonly status: number | null;
}

/** What leads to a suspension: so many failures, and no success, over so long. */
export interface SuspensionRule {
  /** Ms from the first of the failures; 0: nothing is ever suspended. */
  readonly afterMs: number;
  readonly afterFailures: number;
}

/** Failures of an endpoint with no success between them, as one process sees them. */
export interface Failing {
  readonly failures: number;
  /** When the first of them began, ms since the epoch. */
  readonly since: number;
  /** When it was told, by the steady clock: one that is set forward must not suspend anybody. */
  readonly toldAt: number;
  readonly reason: FailureReason;
  readonly status: number | null;
}

export type Failure = Pick<Failing, "reason" | "status">;

/** From so many failures running an endpoint is told as failing: one alone is an accident. */
const failingFrom = 3;

export function failsOnceMore(
  before: Failing | undefined,
  failure: Failure,
  beganAt: number,
  toldAt: number,
): Failing {
  return {
    failures: (before?.failures ?? 0) + 1,
    since: Math.min(before?.since ?? beganAt, beganAt),
    toldAt: before?.toldAt ?? toldAt,
    ...failure,
  };
}

export function isFailing({ failures }: Failing): boolean {
  return failures >= failingFrom;
}

/** `now` is the steady clock's. */
export function isToBeSuspended(failing: Failing, rule: SuspensionRule, now: number): boolean {
  if (rule.afterMs === 0) return false;
  return failing.failures >= rule.afterFailures && now - failing.toldAt >= rule.afterMs;
}

/** The replay that sends anew what was set aside: the same in every process, so that one fences another. */
export function redriveId({
  endpointId,
  since,
}: Pick<EndpointHealth, "endpointId" | "since">): string {
  return `endpoint-${endpointId}-${since}`;
}
