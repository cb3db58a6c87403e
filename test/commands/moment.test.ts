import { expect, it } from "vitest";
import { instantOf, readMoment } from "../../src/commands/moment.ts";

const now = Date.UTC(2026, 0, 5, 9);

it.each([
  ["90s", now - 90_000],
  ["15m", now - 900_000],
  ["2h", now - 7_200_000],
  ["7d", now - 604_800_000],
  ["2026-01-05T08:00:00Z", now - 3_600_000],
  ["2026-01-05T08:00+01:00", now - 7_200_000],
  ["2026-01-05T08:00:00.250Z", now - 3_599_750],
])("%s is a moment", (text, at) => {
  const moment = readMoment(text);
  expect(moment && instantOf(moment, now)).toBe(at);
});

it.each([
  "",
  "yesterday",
  "15",
  "m",
  "1.5h",
  "-1h",
  "2026-01-05",
  "2026-01-05T08:00:00",
  "2026-13-05T08:00:00Z",
])("%j is none", (text) => {
  expect(readMoment(text)).toBeUndefined();
});
