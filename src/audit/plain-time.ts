/** A time of a CDR or a condition, for the plain evaluator: its instant, and the wall clock as it was written. */
export interface PlainTime {
  /** Since the epoch, in units of 10^-30 s: finer than anybody writes. */
  readonly instant: bigint;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
}

const fractionDigits = 30;
const iso =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$/;

/** Minutes east of Greenwich. */
function offsetOf(text: string): number {
  if (text === "Z") return 0;
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return text.startsWith("-") ? -minutes : minutes;
}

/** Reads an ISO 8601 date and time with an offset; undefined when it is none. */
export function readTime(text: string): PlainTime | undefined {
  const [, date = "", hour = "", minute = "", second = "0", fraction = "", offset = ""] =
    iso.exec(text) ?? [];
  const midnight = new Date(`${date}T00:00:00Z`);
  // A date that is not in the calendar is none to JavaScript, or the one that it rolls over to.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date)) {
    return undefined;
  }
  const minuteOfDay = Number(hour) * 60 + Number(minute);
  const seconds = midnight.getTime() / 1000 + (minuteOfDay - offsetOf(offset)) * 60;
  const digits = fraction.padEnd(fractionDigits, "0").slice(0, fractionDigits);
  return {
    instant: BigInt(seconds + Number(second)) * 10n ** BigInt(fractionDigits) + BigInt(digits),
    weekday: midnight.getUTCDay(),
    minuteOfDay,
  };
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function names(weekday: number, list: string): boolean {
  return list.split(",").some((range) => {
    const [first = "", last = first] = range.split("-");
    for (let day = days.indexOf(first); ; day = (day + 1) % 7) {
      if (day === weekday) return true;
      if (day === days.indexOf(last)) return false;
    }
  });
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** Whether a time's wall clock lies in a window such as `Fri 22:00-06:00`. */
export function isInWindow(time: PlainTime, window: string): boolean {
  const [list = "", hours = ""] = window.split(" ");
  const [start, end] = hours.split("-").map(minutes) as [number, number];
  const { weekday, minuteOfDay } = time;
  if (start < end) return names(weekday, list) && start <= minuteOfDay && minuteOfDay < end;
  const sinceTonight = names(weekday, list) && start <= minuteOfDay;
  const sinceLastNight = names((weekday + 6) % 7, list) && minuteOfDay < end;
  return sinceTonight || sinceLastNight;
}
