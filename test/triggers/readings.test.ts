import { describe, expect, it } from "vitest";
import { readTime } from "../../src/audit/plain-time.ts";
import { parseDecimal } from "../../src/triggers/decimal.ts";
import { compareInstants, parseInstant } from "../../src/triggers/instant.ts";
import type { Instant } from "../../src/triggers/instant.ts";
import { mergeWindows, parseWindow } from "../../src/triggers/week-windows.ts";
import { wildcardPieces, wildcardTest } from "../../src/triggers/wildcard.ts";

describe("a number", () => {
  it.each([
    ["0", 0, 0n, 0n],
    ["-1.50", -1.5, undefined, -2n],
    ["+1e3", 1000, 1000n, 1000n],
    ["180.0", 180, 180n, 180n],
    ["180.9", 180.9, undefined, 180n],
    ["1e-2", 0.01, undefined, 0n],
    ["100e-2", 1, 1n, 1n],
    ["0e999999999", 0, 0n, 0n],
    ["1e-999999999", 0, undefined, 0n],
    ["-1e-999999999", -0, undefined, -1n],
    ["-9223372036854775808", -(2 ** 63), -(2n ** 63n), -(2n ** 63n)],
  ])("is read from %s", (text, number, whole, floor) => {
    expect(parseDecimal(text)).toEqual({ number, whole, floor });
  });

  it.each(
    "|ten| 1|1 |0x10|0b1|Infinity|-Infinity|NaN|1_000|1,5|.5|5.|1e|e5|--1|1e400|١|1n".split("|"),
  )("is not read from %j", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

describe("a time", () => {
  const at = (text: string) => parseInstant(text) as Instant;

  it.each([
    ["2024-05-29T09:37:35+01:00", Date.UTC(2024, 4, 29, 8, 37, 35)],
    ["2024-05-29T09:37:35Z", Date.UTC(2024, 4, 29, 9, 37, 35)],
    ["2024-05-29T09:37-05:30", Date.UTC(2024, 4, 29, 15, 7)],
    ["2024-05-29T09:37:35.250+0100", Date.UTC(2024, 4, 29, 8, 37, 35)],
    ["2024-05-29T00:00:00+14", Date.UTC(2024, 4, 28, 10)],
    ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29)],
    ["1969-12-31T23:59:59Z", -1000],
    ["0001-01-01T00:00:00Z", Date.parse("0001-01-01T00:00:00Z")],
  ])("is read from %s", (text, milliseconds) => {
    expect(at(text).seconds * 1000).toBe(milliseconds);
    expect(readTime(text)).toBeDefined();
  });

  it.each([
    "yesterday",
    "2024-05-29",
    "2024-05-29T09:37:35",
    "2024-05-29 09:37:35Z",
    "2024-02-30T09:37:35Z",
    "2023-02-29T09:37:35Z",
    "1900-02-29T09:37:35Z",
    "2024-13-01T09:37:35Z",
    "2024-00-01T09:37:35Z",
    "2024-04-31T09:37:35Z",
    "2024-05-29T24:00:00Z",
    "2024-05-29T09:60:00Z",
    "2024-05-29T09:37:60Z",
    "2024-05-29T09:37:35+24:00",
    "2024-05-29T09:37:35+01:60",
    "2024-05-29T09:37:35.Z",
    "20240529T093735Z",
    "+002024-05-29T09:37:35Z",
    "2024-05-29T09:37:35Z\n",
  ])("is not read from %j", (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(readTime(text)).toBeUndefined();
  });

  it("is compared to the last digit of its fraction", () => {
    const order = (a: string, b: string) =>
      Math.sign(compareInstants(at(`2024-05-29T09:37:35${a}`), at(`2024-05-29T09:37:35${b}`)));
    expect(order(".1234567891Z", ".1234567890Z")).toBe(1);
    expect(order(".2Z", ".12Z")).toBe(1);
    expect(order(".50Z", ".5Z")).toBe(0);
    expect(order("Z", ".000Z")).toBe(0);
    expect(order("Z", ".001Z")).toBe(-1);
  });

  it("has the wall clock as written, whatever the offset", () => {
    const wednesday = 2 * 24 * 60 + 9 * 60 + 37;
    expect(at("2024-05-29T09:37:35+01:00").minuteOfWeek).toBe(wednesday);
    expect(at("2024-05-29T09:37:35-11:00").minuteOfWeek).toBe(wednesday);
    expect(at("0001-01-01T00:00:00Z").minuteOfWeek).toBe(0);
  });
});

describe("a window of the week", () => {
  const day = 24 * 60;

  it("may name days, ranges of days and ranges over the weekend", () => {
    expect(parseWindow("Mon,Wed-Thu 09:00-10:00")).toEqual(
      [0, 2, 3].map((days) => ({ from: days * day + 540, to: days * day + 600 })),
    );
    expect(parseWindow("Fri-Mon 09:00-10:00")?.map(({ from }) => Math.floor(from / day))).toEqual([
      4, 5, 6, 0,
    ]);
    expect(parseWindow("Tue-Tue 09:00-10:00")).toHaveLength(1);
  });

  it("runs over midnight when it ends before it starts, Sunday's into Monday", () => {
    expect(parseWindow("Fri 22:00-06:00")).toEqual([{ from: 4 * day + 1320, to: 5 * day + 360 }]);
    expect(parseWindow("Sun 22:00-06:00")).toEqual([
      { from: 6 * day + 1320, to: 7 * day },
      { from: 0, to: 360 },
    ]);
    expect(parseWindow("Sun 22:00-00:00")).toEqual([{ from: 6 * day + 1320, to: 7 * day }]);
    expect(parseWindow("Sun 22:00-24:00")).toEqual([{ from: 6 * day + 1320, to: 7 * day }]);
  });

  it.each([
    "Mon-Fri 9-17",
    "Mon 09:00-09:00",
    "Mon 00:00-00:00",
    "Mon 24:00-06:00",
    "Mon 09:00-24:01",
    "Mon 09:60-10:00",
    "Mon 25:00-26:00",
    "mon 09:00-10:00",
    "Monday 09:00-10:00",
    "Mon, Tue 09:00-10:00",
    "Mon-Tue-Wed 09:00-10:00",
    "Mon  09:00-10:00",
    "09:00-10:00",
    "Mon",
    " Mon 09:00-10:00",
    "",
  ])("is not read from %j", (text) => {
    expect(parseWindow(text)).toBeUndefined();
  });

  it("is merged with those it touches", () => {
    const windows = ["Mon-Sun 00:00-24:00", "Wed 09:00-10:00"].flatMap(
      (text) => parseWindow(text) ?? [],
    );
    expect(mergeWindows(windows)).toEqual([{ from: 0, to: 7 * day }]);
  });
});

describe("a wildcard", () => {
  it("takes a backslash before a star for the star, and any other backslash for itself", () => {
    expect(wildcardPieces("a*b")).toEqual(["a", "b"]);
    expect(wildcardPieces(String.raw`a\*b`)).toEqual(["a*b"]);
    expect(wildcardPieces(String.raw`a\b\\*`)).toEqual([String.raw`a\b\*`]);
    expect(wildcardPieces("a\\")).toEqual(["a\\"]);
    expect(wildcardPieces("**")).toEqual(["", "", ""]);
  });

  it("does not let its beginning and its end overlap", () => {
    expect(wildcardTest("ab*ba")("aba")).toBe(false);
    expect(wildcardTest("ab*ba")("abba")).toBe(true);
    expect(wildcardTest("a*b*b")("ab")).toBe(false);
  });

  it("works in proportion to the text, where backtracking would never end", () => {
    const test = wildcardTest("a*a*a*a*a*a*a*a*b");
    expect(test("a".repeat(1_000_000))).toBe(false);
  });
});
