/** A point in time, with the wall clock it was written by. */
export interface Instant {
  /** Whole seconds since the epoch. */
  readonly seconds: number;
  /** Digits of the fraction of a second, without zeros at the end; of any length, so that none is lost. */
  readonly fraction: string;
  /** Minutes since Monday 00:00, as written, whatever the offset. */
  readonly minuteOfWeek: number;
}

const grammar =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isDate(year: number, month: number, day: number): boolean {
  const days = (daysOfMonth[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
  return day >= 1 && day <= days;
}

/** Days since the epoch. `Date.UTC` alone takes the years 0 to 99 for 1900 to 1999. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000;
}

/**
 * Reads an ISO 8601 date-time that names its offset: `2024-05-29T09:37:35+01:00`, seconds and their fraction optional,
 * `Z` for UTC. Dates must be real ones; 24:00 and leap seconds are refused. Undefined when the text is no such time.
 */
export function parseInstant(text: string): Instant | undefined {
  const found = grammar.exec(text);
  if (found === null) return undefined;
  const part = (index: number): number => Number(found[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHours, offsetMinutes] = [part(9), part(10)];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const days = daysSinceEpoch(year, month, day);
  const offset = (offsetHours * 60 + offsetMinutes) * (found[8] === "-" ? -1 : 1);
  // The epoch was a Thursday, three days after a Monday.
  const weekday = (((days + 3) % 7) + 7) % 7;
  return {
    seconds: days * 86_400 + (hour * 60 + minute - offset) * 60 + second,
    fraction: (found[7] ?? "").replace(/0+$/, ""),
    minuteOfWeek: (weekday * 24 + hour) * 60 + minute,
  };
}

/** Negative, 0 or positive, as `a` is before, at or after `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a.seconds !== b.seconds) return a.seconds - b.seconds;
  if (a.fraction === b.fraction) return 0;
  return a.fraction < b.fraction ? -1 : 1;
}

/** The same text for the same instant. */
export function instantKey(instant: Instant): string {
  return `${instant.seconds}.${instant.fraction}`;
}
