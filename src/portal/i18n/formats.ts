/** Numbers and times as a locale writes them. Times come as ISO 8601 and are shown in the browser's zone. */
export interface Formats {
  readonly number: (value: number) => string;
  /** Of a share, 0 to 1. */
  readonly percent: (share: number) => string;
  /** Day and time to the second, with the zone. */
  readonly dateTime: (iso: string) => string;
  /** Time of the day alone, with the zone. */
  readonly time: (iso: string) => string;
  /** "3 minutes ago", "in 4 seconds". */
  readonly relative: (iso: string, now?: number) => string;
  /** "850 ms", "4.2 s", "3 min 10 s". */
  readonly duration: (ms: number) => string;
  /** "a, b or c" */
  readonly anyOf: (texts: readonly string[]) => string;
  /** "a, b and c" */
  readonly allOf: (texts: readonly string[]) => string;
  /** Short names of the days, Monday first. */
  readonly weekdays: () => readonly string[];
}

const day = { day: "numeric", month: "short", year: "numeric" } as const;
const clock = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
} as const;

const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

function unitFormat(locale: string, unit: string, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  });
}

function durations(locale: string): (ms: number) => string {
  const millis = unitFormat(locale, "millisecond", 0);
  const fine = unitFormat(locale, "second", 1);
  const seconds = unitFormat(locale, "second", 0);
  const minutes = unitFormat(locale, "minute", 0);
  return (ms) => {
    if (ms < 1000) return millis.format(ms);
    if (ms < 60_000) return fine.format(ms / 1000);
    return `${minutes.format(Math.floor(ms / 60_000))} ${seconds.format(Math.floor((ms % 60_000) / 1000))}`;
  };
}

function relativeTimes(locale: string): (iso: string, now?: number) => string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return (iso, now = Date.now()) => {
    const distance = Math.round((Date.parse(iso) - now) / 1000);
    const [unit, length] =
      units.find(([, length]) => Math.abs(distance) >= length) ?? (["second", 1] as const);
    return format.format(Math.round(distance / length), unit);
  };
}

/** Makes the formats of a locale. */
export function createFormats(locale: string): Formats {
  const numbers = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const times = new Intl.DateTimeFormat(locale, clock);
  const dateTimes = new Intl.DateTimeFormat(locale, { ...day, ...clock });
  const either = new Intl.ListFormat(locale, { type: "disjunction" });
  const every = new Intl.ListFormat(locale, { type: "conjunction" });
  const days = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  return {
    number: (value) => numbers.format(value),
    percent: (share) => percents.format(share),
    dateTime: (iso) => dateTimes.format(new Date(iso)),
    time: (iso) => times.format(new Date(iso)),
    relative: relativeTimes(locale),
    duration: durations(locale),
    anyOf: (texts) => either.format(texts),
    allOf: (texts) => every.format(texts),
    // 1 January 2024 was a Monday.
    weekdays: () =>
      Array.from({ length: 7 }, (_, day) => days.format(new Date(Date.UTC(2024, 0, 1 + day)))),
  };
}
