const keyOf = (id: string, attempt: number): string => `${id} ${attempt}`;

/** A request as a receiver saw it. Times are ms since the epoch by the clock of the test. */
export interface RequestSeen {
  /** Its `webhook-id`. */
  readonly id: string;
  /** As `onhook-attempt` says. */
  readonly attempt: number;
  readonly arrivedAt: number;
  /** When its answer was given away, or its connection ended; Infinity until then. */
  readonly endedAt: number;
  /** 0 where it was not answered. */
  readonly status: number;
}

/** What a process has logged of an attempt. Times are ms since the epoch by its own clock, but for when the line came. */
export interface Recorded {
  readonly id: string;
  readonly attempt: number;
  readonly beganAt: number;
  readonly endedAt: number;
  /** When the line came: the attempt was safe in the log by then. */
  readonly recordedAt: number;
}

/** By how much the two ends of a request may tell different times of it, in ms. */
const toleranceMs = 50;

/**
 * When each request was recorded, where its process has told so; otherwise when it ended. Until then it is in flight:
 * whoever takes the job over does it again. The attempt that it belongs to is the one that was under way around it.
 */
export function untilRecorded(
  requests: readonly RequestSeen[],
  recorded: readonly Recorded[],
): readonly RequestSeen[] {
  const byKey = Map.groupBy(recorded, ({ id, attempt }) => keyOf(id, attempt));
  return requests.map((request) => {
    const own = byKey
      .get(keyOf(request.id, request.attempt))
      ?.find(
        ({ beganAt, endedAt }) =>
          beganAt <= request.arrivedAt + toleranceMs && endedAt >= request.endedAt - toleranceMs,
      );
    return own === undefined
      ? request
      : { ...request, endedAt: Math.max(request.endedAt, own.recordedAt) };
  });
}

/** A moment at which work may change hands: a fault, or a rebalance that follows from one. */
export interface Disturbance {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /**
   * How long before it a request may have been answered and yet count as in flight, in ms: its attempt was being
   * recorded, or the offset behind it was being committed.
   */
  readonly finishingMs: number;
}

export function inFlightAt(
  { from, to, finishingMs }: Disturbance,
  { arrivedAt, endedAt }: RequestSeen,
): boolean {
  return arrivedAt <= to && endedAt >= from - finishingMs;
}

export interface Repeats {
  /** Requests beyond the first with the same id and attempt. */
  readonly repeated: number;
  /** Requests that were in flight at a disturbance, each counted once. */
  readonly inFlight: number;
  /** Of those that are `repeated`, in words: whose first request was in flight at no disturbance before them. */
  readonly unexplained: readonly string[];
}

/** Counts repeats, and asks of each whether what it repeats was in flight when something happened. */
export function repeatsOf(
  requests: readonly RequestSeen[],
  disturbances: readonly Disturbance[],
): Repeats {
  const groups = Map.groupBy(requests, ({ id, attempt }) => keyOf(id, attempt));
  const repeats = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : others.map((again) => ({ first, again })),
  );
  const unexplained = repeats.filter(
    ({ first, again }) =>
      !disturbances.some((each) => inFlightAt(each, first) && each.from <= again.arrivedAt),
  );
  const inFlight = requests.filter((request) =>
    disturbances.some((each) => inFlightAt(each, request)),
  ).length;
  return {
    repeated: repeats.length,
    inFlight,
    unexplained: unexplained.map(({ first }) => keyOf(first.id, first.attempt)),
  };
}
