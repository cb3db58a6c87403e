import { expect, test } from "vitest";
import { editVersion, replaceVersion } from "../../src/configuration/edit-version.ts";
import type { Version, Versions } from "../../src/configuration/edit-version.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

const named = (name: string): Trigger => ({ name }) as Trigger;
const exclaimed = (trigger: Trigger): Trigger | null =>
  trigger.name.endsWith("!") ? null : { ...trigger, name: `${trigger.name}!` };

/** One trigger's events; before the nth write of the editor, others write what `others[n]` says. */
function topic(
  first: string | null | undefined,
  others: readonly (readonly (string | null)[])[] = [],
) {
  const events: (string | null)[] = first === undefined ? [] : [first];
  const before = [...others];
  const versionAt = (offset: number): Version<Trigger> | undefined => {
    const name = events[offset];
    return name === undefined ? undefined : { offset, version: name === null ? null : named(name) };
  };
  const versions: Versions<Trigger> = {
    newest() {
      const newest = versionAt(events.length - 1);
      return newest?.version === null ? undefined : newest;
    },
    between: (after, end) => (after + 1 < end ? versionAt(end - 1) : undefined),
    publish(trigger) {
      events.push(...(before.shift() ?? []), trigger && trigger.name);
      return Promise.resolve(events.length - 1);
    },
  };
  return { events, versions };
}

test("a trigger that nobody else writes is changed once", async () => {
  const { events, versions } = topic("a");
  expect(await editVersion(versions, exclaimed)).toEqual({ version: named("a!"), written: true });
  expect(events).toEqual(["a", "a!"]);
});

test("what needs no change is not written", async () => {
  const { events, versions } = topic("a!");
  expect(await editVersion(versions, exclaimed)).toEqual({ version: named("a!"), written: false });
  expect(events).toEqual(["a!"]);
});

test("where there is none, nothing is written", async () => {
  const { events, versions } = topic(undefined);
  expect(await editVersion(versions, exclaimed)).toEqual({ version: null, written: false });
  expect(events).toEqual([]);
});

test("a version that came in between stands in the end, changed as well, however often", async () => {
  const { events, versions } = topic("a", [["b", "c"], ["d"]]);
  expect(await editVersion(versions, exclaimed)).toEqual({ version: named("d!"), written: true });
  expect(events).toEqual(["a", "b", "c", "a!", "d", "c!", "d!"]);
});

test("one that came in between and needs no change stands again all the same", async () => {
  const { events, versions } = topic("a", [["b!"]]);
  expect(await editVersion(versions, exclaimed)).toEqual({ version: named("b!"), written: true });
  expect(events.at(-1)).toBe("b!");
});

test("a deletion that came in between is not undone", async () => {
  const { events, versions } = topic("a", [[null]]);
  expect(await editVersion(versions, exclaimed)).toEqual({ version: null, written: true });
  expect(events).toEqual(["a", null, "a!", null]);
});

test("what another process made of it in the same way is not written again", async () => {
  const { events, versions } = topic("a", [["a!"]]);
  expect(await editVersion(versions, exclaimed)).toEqual({ version: named("a!"), written: true });
  expect(events).toEqual(["a", "a!", "a!"]);
});

test("a version that another process has put there just so is not written again", async () => {
  const { events, versions } = topic("a", [["b"]]);
  expect(await replaceVersion(versions, 0, named("b"))).toEqual({ at: 2, isAlone: false });
  expect(events).toEqual(["a", "b", "b"]);
});
