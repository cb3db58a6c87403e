import { InvalidArgumentError } from "commander";

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const day = /^\d{4}-\d\d-\d\d$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A time that means the same whenever it is read: with its offset, or a day, which begins at midnight UTC. In ms since the epoch. */
export function instant(given: string): number {
  const ms = day.test(given) || time.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError("It is a time such as 2026-11-21T10:00:00Z, or a day (UTC).");
  return ms;
}

/** The same, or so long ago: 90m, 12h, 7d. */
export function instantOrAgo(given: string): number {
  const ago = /^(\d{1,6})([mhd])$/.exec(given);
  if (ago === null) {
    if (day.test(given) || time.test(given)) return instant(given);
    throw new InvalidArgumentError(
      "It is a time such as 2026-11-21T10:00:00Z, a day (UTC), or so long ago: 90m, 12h, 7d.",
    );
  }
  return Date.now() - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs];
}
