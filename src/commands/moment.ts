/** A point in time that somebody wrote: ms since the epoch, or ms before now. */
export type Moment = { readonly at: number } | { readonly ago: number };

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads an ISO 8601 time with an offset, or a duration such as `15m`; undefined where the text is neither. */
export function readMoment(text: string): Moment | undefined {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return { ago: Number(count) * (units[unit] ?? 0) };
  if (!isoTime.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : { at };
}

/** In ms since the epoch. */
export function instantOf(moment: Moment, now: number): number {
  return "at" in moment ? moment.at : now - moment.ago;
}
