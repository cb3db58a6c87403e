const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

const day = `(?:${dayNames.join("|")})`;
const grammar = new RegExp(
  `^(${day}(?:-${day})?(?:,${day}(?:-${day})?)*) (\\d\\d):(\\d\\d)-(\\d\\d):(\\d\\d)$`,
);

/** A stretch of the week in minutes since Monday 00:00: its first, and the first after it. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** `Mon-Fri` as 0 to 4; a range may run over the weekend, as in `Fri-Mon`. */
function daysOf(range: string): number[] {
  const [first = "", last = first] = range.split("-");
  const from = dayNames.indexOf(first);
  const length = ((dayNames.indexOf(last) - from + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => (from + index) % 7);
}

function minuteOfDay(hour: string, minute: string): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) <= 59 && minutes <= dayMinutes ? minutes : undefined;
}

/**
 * Reads a window such as `Mon-Fri 09:00-17:30` or `Sat,Sun 10:00-16:00`: days and ranges of days, then start and end from
 * 00:00 to 24:00. One that ends before it starts runs over midnight and belongs to the day it begins. Undefined when the
 * text is no window, or one without length. Source: spec, section 4.
 */
export function parseWindow(text: string): readonly Window[] | undefined {
  const [, days = "", startHour = "", startMinute = "", endHour = "", endMinute = ""] =
    grammar.exec(text) ?? [];
  const start = minuteOfDay(startHour, startMinute);
  const end = minuteOfDay(endHour, endMinute);
  if (days === "" || start === undefined || end === undefined) return undefined;
  if (start === end || start === dayMinutes) return undefined;
  const length = end > start ? end - start : end + dayMinutes - start;
  return days
    .split(",")
    .flatMap(daysOf)
    .flatMap((weekday) => {
      const from = weekday * dayMinutes + start;
      const to = from + length;
      // Sunday's night ends on Monday, at the beginning of the week.
      return to <= weekMinutes
        ? [{ from, to }]
        : [
            { from, to: weekMinutes },
            { from: 0, to: to - weekMinutes },
          ];
    });
}

/** Windows that touch or overlap made one, in order, so that a thousand of them are a handful. */
export function mergeWindows(windows: readonly Window[]): readonly Window[] {
  const merged: Window[] = [];
  for (const window of windows.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && window.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, window.to) };
    } else {
      merged.push(window);
    }
  }
  return merged;
}
