import { expect, test } from "vitest";
import { LaterVersions } from "../../src/configuration/later-versions.ts";

function noted() {
  const later = new LaterVersions<string>("triggers");
  const note = (
    key: string,
    offset: number,
    version: string | null,
    {
      table = "triggers",
      isRefused = false,
    }: { table?: "triggers" | "tenants"; isRefused?: boolean } = {},
  ): void => {
    const about = { type: "store.applied", table, key, offset } as const;
    if (isRefused) later.note({ ...about, result: "refused", problems: [] }, () => undefined);
    else if (version === null) later.note({ ...about, result: "deleted" }, () => undefined);
    else later.note({ ...about, result: "applied" }, () => version);
  };
  return { later, note };
}

test("of a record that is watched the last version between two offsets is known, a deletion included", () => {
  const { later, note } = noted();
  using _ = later.watch("a");
  note("a", 3, "three");
  note("a", 4, null);
  note("a", 5, "five");
  expect(later.between("a", 3, 5)).toEqual({ offset: 4, version: null });
  expect(later.between("a", 2, 4)).toEqual({ offset: 3, version: "three" });
  expect(later.between("a", 3, 4)).toBeUndefined();
});

test("nothing is kept of what nobody watches, nor once nobody watches any more: a process runs for months", () => {
  const { later, note } = noted();
  note("a", 1, "one");
  const first = later.watch("a");
  const second = later.watch("a");
  expect(later.between("a", 0, 9)).toBeUndefined();
  first[Symbol.dispose]();
  note("a", 2, "two");
  expect(later.between("a", 0, 9)?.offset).toBe(2);
  second[Symbol.dispose]();
  expect(later.between("a", 0, 9)).toBeUndefined();
});

test("what was refused is in force nowhere and overwrites nothing; other tables and records are others", () => {
  const { later, note } = noted();
  using _ = later.watch("a");
  note("a", 1, "one", { isRefused: true });
  note("a", 2, "two", { table: "tenants" });
  note("b", 3, "three");
  expect(later.between("a", 0, 9)).toBeUndefined();
});

test("the store is asked for nothing that nobody watches: with one tenant over its licence an answer takes long", () => {
  const later = new LaterVersions<string>("triggers");
  const asked: string[] = [];
  const note = (key: string, offset: number): void => {
    const read = (): string => {
      asked.push(key);
      return key;
    };
    later.note({ type: "store.applied", table: "triggers", key, offset, result: "applied" }, read);
  };
  const watch = later.watch("a");
  for (const [offset, key] of ["a", "b", "c"].entries()) note(key, offset);
  expect(asked).toEqual(["a"]);
  watch[Symbol.dispose]();
  note("a", 3);
  expect(asked).toEqual(["a"]);
});
