import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigHistory } from "../../src/audit/config-history.ts";

interface Event {
  readonly key: string;
  readonly value: number | null;
}

/** What is left of the events at `kept` offsets. */
function historyOf(events: readonly Event[], kept: ReadonlySet<number>): ConfigHistory<number> {
  const history = new ConfigHistory<number>();
  for (const [offset, { key, value }] of events.entries()) {
    if (!kept.has(offset)) continue;
    history.seen(offset, offset * 1000);
    history.put(key, { offset, value, bornAt: null, doubt: null });
  }
  history.close(events.length);
  return history;
}

const stateAt = (events: readonly Event[], key: string, offset: number): number | null =>
  events.slice(0, offset + 1).findLast((event) => event.key === key)?.value ?? null;

const event = fc.record({
  key: fc.constantFrom("a", "b", "c"),
  value: fc.option(fc.nat(9), { nil: null }),
});

/** Offsets that a log cleaner may leave: of each key the last, if it is no tombstone; of the others any. */
function cleaned(events: readonly Event[], keep: (offset: number) => boolean): Set<number> {
  const kept = new Set<number>();
  for (const [offset, { key, value }] of events.entries()) {
    const isLast = events.findLastIndex((each) => each.key === key) === offset;
    if ((isLast && value !== null) || keep(offset)) kept.add(offset);
    // Whoever is superseded goes before who supersedes it.
    if (kept.has(offset)) continue;
    for (const earlier of kept) if (events[earlier]?.key === key) kept.delete(earlier);
  }
  return kept;
}

describe("what is left of a compacted topic", () => {
  it("says how a key was, or that it may have been otherwise", () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.nat(),
        fc.constantFrom("a", "b", "c"),
        (events, keep, at, key) => {
          const history = historyOf(
            events,
            cleaned(events, (offset) => keep[offset] === true),
          );
          const offset = at % events.length;
          const window = { lo: offset, hi: offset };
          const told = history.at(key, offset)?.value ?? null;
          fc.pre(!history.mayHaveBeenAnything(key, window));
          expect(told).toBe(stateAt(events, key, offset));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is in no doubt where nothing was removed, and behind the last gap", () => {
    const events = "a a b c a b".split(" ").map((key, value) => ({ key, value }));
    const whole = historyOf(events, new Set(events.keys()));
    const cut = historyOf(events, new Set([0, 3, 4, 5]));
    for (const key of ["a", "b", "c"]) {
      expect(whole.mayHaveBeenOther(key, { lo: -1, hi: 5 })).toBe(false);
      expect(cut.mayHaveBeenOther(key, { lo: 5, hi: 5 })).toBe(false);
    }
    expect(whole.mayHaveVanished({ lo: 0, hi: 5 })).toBe(false);
    expect(cut.mayHaveVanished({ lo: 3, hi: 5 })).toBe(false);
    expect(cut.mayHaveVanished({ lo: 0, hi: 1 })).toBe(true);
    expect(cut.mayHaveBeenOther("a", { lo: 1, hi: 1 })).toBe(true);
    expect(cut.mayHaveBeenOther("c", { lo: 3, hi: 3 })).toBe(false);
  });

  it("gives the versions that begin within a window", () => {
    const events = "a b a b".split(" ").map((key, value) => ({ key, value }));
    const history = historyOf(events, new Set(events.keys()));
    expect(history.within("a", { lo: 0, hi: 2 }).map(({ offset }) => offset)).toEqual([2]);
    expect(history.at("b", 2)?.value).toBe(1);
    expect(history.at("b", 0)).toBeUndefined();
    expect(history.end).toBe(4);
  });
});
