import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blankDraft,
  draftOf,
  isChanged,
  isMistaken,
  namedTwice,
  writtenOf,
} from "../../src/portal/trigger/draft.ts";
import { hasMask, mask, typedOverMask } from "../../src/portal/trigger/mask.ts";
import { fromLocalInput, toLocalInput } from "../../src/portal/trigger/local-time.ts";
import { changesOf, merged, savedOver } from "../../src/portal/trigger/merge.ts";
import { readWindow, windowText, writeWindow } from "../../src/portal/trigger/week-window.ts";
import { valueMask } from "../../src/secrets/masks.ts";
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

describe("a saved draft", () => {
  it("keeps what was typed while it was on its way", () => {
    const sent = { ...draftOf(sales), name: "sent", retries: 4 };
    const answer = draftOf({ ...sales, name: "sent", action: { ...sales.action, retries: 4 } });
    expect(savedOver(sent, answer, sent)).toEqual(answer);
    const now = savedOver(sent, answer, { ...sent, name: "typed on" });
    expect(now).toEqual({ ...answer, name: "typed on" });
  });
});

describe("a mask", () => {
  it("is the one that the API writes", () => {
    expect(mask).toBe(valueMask);
  });

  it.each([
    ["***new", "new"],
    ["new***", "new"],
    ["*new**", "new"],
    ["new", "new"],
    ["my*secret", "my*secret"],
    ["**", ""],
    ["", ""],
    ["***", ""],
  ])("is replaced as a whole: %s is meant as %s", (text, meant) => {
    expect(typedOverMask(text)).toBe(meant);
  });

  it("is refused as the beginning of a value, and taken alone", () => {
    expect([hasMask("***new"), hasMask("***"), hasMask("new***")]).toEqual([true, false, false]);
    const auth = { scheme: "bearer", username: "", secret: "***new" } as const;
    expect(isMistaken({ ...blankDraft, auth })).toBe(true);
    expect(isMistaken({ ...blankDraft, auth: { ...auth, secret: "***" } })).toBe(false);
    expect(isMistaken({ ...blankDraft, headers: [{ id: 1, name: "a", value: "***b" }] })).toBe(
      true,
    );
  });
});

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

  it("can be half chosen: without days, or with a time that is not complete", () => {
    const whole = {
      days: [true, ...Array.from({ length: 6 }, () => false)],
      from: "09:00",
      to: "17:00",
    };
    const none = whole.days.map(() => false);
    for (const half of [
      { ...whole, days: none },
      { ...whole, from: "" },
      { ...whole, to: "" },
      { days: none, from: "", to: "" },
    ])
      expect(readWindow(writeWindow(half))).toEqual(half);
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

  it.each(["0002-05-01T10:00:00", "0020-05-01T10:00:00", "0202-05-01T10:00:00"])(
    "has a year of four digits while that is typed: %s",
    (local) => {
      const iso = fromLocalInput(local);
      expect(iso).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
      expect(iso.slice(0, local.length)).toBe(local);
      expect(toLocalInput(iso)).toMatch(/^\d{4}-/);
    },
  );

  it("is empty where there is none", () => {
    expect([toLocalInput(""), toLocalInput("soon"), fromLocalInput("")]).toEqual(["", "", ""]);
  });
});
