import { expect, it } from "vitest";
import { instant, instantOrAgo } from "../../src/command-line/instant.ts";

it.each([
  ["2026-11-21T10:00:00Z", Date.UTC(2026, 10, 21, 10)],
  ["2026-11-21T10:00:00.250+01:00", Date.UTC(2026, 10, 21, 9, 0, 0, 250)],
  ["2026-11-21T10:00Z", Date.UTC(2026, 10, 21, 10)],
  ["2026-11-21", Date.UTC(2026, 10, 21)],
])("%s is a time", (given, ms) => {
  expect(instant(given)).toBe(ms);
  expect(instantOrAgo(given)).toBe(ms);
});

// Without an offset a time would be another one on another machine.
it.each(["2026-11-21T10:00:00", "2026-13-01", "21.11.2026", "1795404211", "", "2h"])(
  "%j is none that stays the same",
  (given) => {
    expect(() => instant(given)).toThrow("It is a time such as");
  },
);

it("is so long ago where that may be said", () => {
  const hourAgo = Date.now() - 3_600_000;
  expect(instantOrAgo("1h") - hourAgo).toBeLessThan(60_000);
  expect(instantOrAgo("60m") - hourAgo).toBeGreaterThanOrEqual(0);
  expect(() => instantOrAgo("1w")).toThrow("7d");
});
