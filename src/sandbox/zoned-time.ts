/** The wall clock of a place at a moment. */
export interface WallClock {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Hours since midnight, with the minutes as a fraction. */
  readonly hour: number;
}

export interface ZonedTime {
  /** ISO 8601 with the offset that the zone has at that moment, to the second: `2024-05-29T09:37:35+01:00`. */
  iso(at: number): string;
  wallClock(at: number): WallClock;
}

/** Offsets change only on a quarter of an hour, in every zone that the IANA database knows of since 1972. */
const offsetStep = 15 * 60_000;

/** The memory of offsets is dropped when it has grown to this: it is only there to spare Intl's slow formatting. */
const maxRemembered = 1_000;

/** `GMT+05:30` → `+05:30`; Intl writes no offset at all where it is zero. */
function offsetText(format: Intl.DateTimeFormat, at: number): string {
  const part = format.formatToParts(at).find(({ type }) => type === "timeZoneName");
  return part?.value.slice("GMT".length) || "+00:00";
}

function offsetMs(text: string): number {
  const [hours = 0, minutes = 0] = text.slice(1).split(":").map(Number);
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Times as a CDR writes them, in one IANA time zone; moments are ms since the epoch.
 * Throws RangeError when the platform does not know the zone.
 */
export function createZonedTime(timeZone: string): ZonedTime {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" });
  const offsets = new Map<number, string>();

  function offsetAt(at: number): string {
    const step = Math.floor(at / offsetStep);
    const known = offsets.get(step);
    if (known !== undefined) return known;
    if (offsets.size >= maxRemembered) offsets.clear();
    const text = offsetText(format, at);
    offsets.set(step, text);
    return text;
  }

  /** A date whose UTC fields read what the wall clock shows. */
  const shifted = (at: number): Date => new Date(at + offsetMs(offsetAt(at)));

  return {
    iso: (at) => shifted(at).toISOString().slice(0, 19) + offsetAt(at),
    wallClock(at) {
      const date = shifted(at);
      return { weekday: date.getUTCDay(), hour: date.getUTCHours() + date.getUTCMinutes() / 60 };
    },
  };
}
