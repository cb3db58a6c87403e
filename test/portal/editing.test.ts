import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blankDraft,
  draftOf,
  isChanged,
  namedTwice,
  writtenOf,
} from "../../src/portal/trigger/draft.ts";
import { fromLocalInput, toLocalInput } from "../../src/portal/trigger/local-time.ts";
import { changesOf, merged } from "../../src/portal/trigger/merge.ts";
import { readWindow, windowText, writeWindow } from "../../src/portal/trigger/week-window.ts";
import { mergeWindows, parseWindow } from "../../src/triggers/week-windows.ts";
import { makeState, triggerIds } from "./fake/fake-state.ts";

function saved(triggerId: string) {
  const stored = makeState(Date.UTC(2026, 0, 1)).triggers.get(triggerId);
  if (stored === undefined) throw new Error(`no trigger ${triggerId}`);
  return stored.trigger;
}

const sales = saved(triggerIds.sales);
const complaints = saved(triggerIds.complaints);

describe("a draft", () => {
  it.each([sales, complaints])("of what is saved changes nothing of it: $name", (trigger) => {
    const { action, filters, name, enabled } = writtenOf(draftOf(trigger), trigger);
    expect({ name, enabled, filters, action }).toEqual({
      name: trigger.name,
      enabled: trigger.enabled,
      filters: trigger.filters,
      action: { ...trigger.action, auth: writtenAuth(trigger.action.auth) },
    });
    expect(isChanged(draftOf(trigger), trigger)).toBe(false);
  });

  it("is changed by each part of it", () => {
    const draft = draftOf(sales);
    expect(isChanged({ ...draft, retries: 9 }, sales)).toBe(true);
    expect(isChanged({ ...draft, filters: draft.filters.toReversed() }, sales)).toBe(true);
    expect(isChanged(blankDraft, null)).toBe(false);
  });

  it("does not lose a pair in silence whose name is there twice", () => {
    const pair = (id: number, name: string) => ({ id, name, value: "v" });
    expect(namedTwice([pair(1, "a"), pair(2, "b"), pair(3, "a"), pair(4, "")])).toEqual(
      new Set(["a"]),
    );
  });
});

function writtenAuth(auth: typeof sales.action.auth): unknown {
  if (auth === null) return null;
  const { scheme, username, password, token } = auth;
  return scheme === "basic" ? { scheme, username, password } : { scheme, token };
}

describe("a conflict", () => {
  const theirs = { ...sales, name: "theirs", action: { ...sales.action, retries: 7 } };

  it("tells what only they changed from what both did", () => {
    const mine = { ...draftOf(sales), name: "mine", url: "https://mine.example.com/" };
    expect(changesOf(sales, theirs, mine)).toEqual([
      { part: "name", isClash: true },
      { part: "retries", isClash: false },
    ]);
  });

  it("is none where both changed the same to the same", () => {
    const mine = { ...draftOf(sales), name: "theirs" };
    expect(changesOf(sales, theirs, mine)[0]).toEqual({ part: "name", isClash: false });
  });

  it("is merged so that neither's changes are lost unasked", () => {
    const mine = { ...draftOf(sales), name: "mine", url: "https://mine.example.com/" };
    const kept = merged(sales, theirs, mine, new Set(["name"]));
    expect(kept).toMatchObject({ name: "mine", url: "https://mine.example.com/", retries: 7 });
    expect(merged(sales, theirs, mine, new Set())).toMatchObject({
      name: "theirs",
      url: "https://mine.example.com/",
      retries: 7,
    });
  });

  it("sees conditions that were moved, and no change in those that only have other rows", () => {
    const moved = { ...sales, filters: sales.filters.toReversed() };
    expect(changesOf(sales, moved, draftOf(sales))).toEqual([{ part: "filters", isClash: false }]);
    expect(changesOf(sales, sales, draftOf(sales))).toEqual([]);
  });
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const window = fc
  .record({ days: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), from: time, to: time })
  .filter(({ days, from, to }) => days.includes(true) && from !== to);

describe("a window of the week", () => {
  it("is written as matching reads it, and read again as it was", () => {
    fc.assert(
      fc.property(window, (given) => {
        const text = writeWindow(given);
        expect(readWindow(text)).toEqual(given);
        expect(parseWindow(text)).toBeDefined();
      }),
    );
  });

  it("that runs over the weekend covers the same hours once it was edited", () => {
    const text = "Fri-Mon 22:00-06:00";
    const again = writeWindow(readWindow(text) ?? { days: [], from: "", to: "" });
    expect(mergeWindows(parseWindow(again) ?? [])).toEqual(mergeWindows(parseWindow(text) ?? []));
  });

  it("is told with the days of a language, and none is made of what is no window", () => {
    const days = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
    expect(windowText("Mon-Fri 09:00-17:30", days)).toBe("lun.-ven. 09:00-17:30");
    expect(readWindow("always")).toBeNull();
    expect(readWindow("Mon-Foo 09:00-10:00")).toBeNull();
  });
});

describe("a time of an input", () => {
  it("is the same instant as before", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1975-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
        (at) => {
          const iso = new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString();
          const again = fromLocalInput(toLocalInput(iso));
          expect(again).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
          // Twice a year a local hour is two: then one of them is meant.
          expect(toLocalInput(again)).toBe(toLocalInput(iso));
        },
      ),
    );
  });

  it("is empty where there is none", () => {
    expect([toLocalInput(""), toLocalInput("soon"), fromLocalInput("")]).toEqual(["", "", ""]);
  });
});
