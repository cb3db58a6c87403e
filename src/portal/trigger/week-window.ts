/** Days of the week as windows write them. Source: spec, section 4. */
const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/**
 * A window of the week while it is edited: which days it begins on, Monday first, and from when to when; a time that is
 * not complete is empty.
 */
export interface WeekWindow {
  readonly days: readonly boolean[];
  readonly from: string;
  readonly to: string;
}

export const businessHours = "Mon-Fri 09:00-17:30";

function readDays(text: string): boolean[] | null {
  const days = dayNames.map(() => false);
  if (text === "") return days;
  for (const part of text.split(",")) {
    const [first = "", last = first] = part.split("-");
    const from = dayNames.indexOf(first as (typeof dayNames)[number]);
    const to = dayNames.indexOf(last as (typeof dayNames)[number]);
    if (from < 0 || to < 0) return null;
    const length = ((to - from + 7) % 7) + 1;
    for (let step = 0; step < length; step += 1) days[(from + step) % 7] = true;
  }
  return days;
}

/** Reads `Mon-Fri 09:00-17:30`, also where days or times are not chosen yet; null: it is no window. */
export function readWindow(text: string): WeekWindow | null {
  const found = /^(\S*) (\d\d:\d\d)?-(\d\d:\d\d)?$/.exec(text);
  if (found === null) return null;
  const [, list = "", from = "", to = ""] = found;
  const days = readDays(list);
  return days && { days, from, to };
}

/** Writes it, with days in a row as a range. */
export function writeWindow({ days, from, to }: WeekWindow): string {
  const parts: string[] = [];
  for (let day = 0; day < 7; day += 1) {
    if (days[day] !== true) continue;
    let last = day;
    while (days[last + 1] === true) last += 1;
    parts.push(last === day ? `${dayNames[day]}` : `${dayNames[day]}-${dayNames[last]}`);
    day = last;
  }
  return `${parts.join(",")} ${from}-${to}`;
}

/** A window as people read it, with the names of days in their language: `lun.-ven. 09:00-17:30`. */
export function windowText(text: string, names: readonly string[]): string {
  return text.replaceAll(/[A-Z][a-z]{2}/g, (name) => {
    const day = dayNames.indexOf(name as (typeof dayNames)[number]);
    return names[day] ?? name;
  });
}
