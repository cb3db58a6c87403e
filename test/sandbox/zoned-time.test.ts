import { expect, test } from "vitest";
import { createZonedTime } from "../../src/sandbox/zoned-time.ts";

test("a time is written with the offset of its zone at that moment, across the change of clocks", () => {
  const london = createZonedTime("Europe/London");
  expect(london.iso(Date.UTC(2026, 2, 29, 0, 59, 59))).toBe("2026-03-29T00:59:59+00:00");
  expect(london.iso(Date.UTC(2026, 2, 29, 1))).toBe("2026-03-29T02:00:00+01:00");
  const newYork = createZonedTime("America/New_York");
  expect(newYork.iso(Date.UTC(2026, 10, 1, 5, 30))).toBe("2026-11-01T01:30:00-04:00");
  expect(newYork.iso(Date.UTC(2026, 10, 1, 6, 30))).toBe("2026-11-01T01:30:00-05:00");
});

test("offsets of less than an hour and those far from Greenwich are right", () => {
  const moment = Date.UTC(2026, 0, 5, 23, 15, 7);
  expect(createZonedTime("Asia/Kathmandu").iso(moment)).toBe("2026-01-06T05:00:07+05:45");
  expect(createZonedTime("Pacific/Marquesas").iso(moment)).toBe("2026-01-05T13:45:07-09:30");
  expect(createZonedTime("Asia/Tokyo").iso(moment)).toBe("2026-01-06T08:15:07+09:00");
});

test("the wall clock is that of the zone, its weekday included", () => {
  const sydney = createZonedTime("Australia/Sydney");
  expect(sydney.wallClock(Date.UTC(2026, 0, 4, 22, 30))).toEqual({ weekday: 1, hour: 9.5 });
});

test("an unknown zone is refused", () => {
  expect(() => createZonedTime("Europe/Atlantis")).toThrow(RangeError);
});
