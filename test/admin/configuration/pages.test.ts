import { assert, asyncProperty, constantFrom, integer, string, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { pageOf } from "../../../src/admin/configuration/pages.ts";

const { signal } = new AbortController();
const listing = {
  list: ["texts"],
  isWanted: (text: string) => !text.startsWith("-"),
  keyOf: (text: string) => [text.toLowerCase(), text],
  keyParts: 2,
};

function inOrder(a: string, b: string): number {
  const [keyA, keyB] = [listing.keyOf(a).join("\0"), listing.keyOf(b).join("\0")];
  return keyA < keyB ? -1 : 1;
}

test("the pages one after the other are the whole list in its order, each once", async () => {
  const texts = uniqueArray(
    string({ unit: constantFrom("a", "B", "b", "-"), minLength: 1, maxLength: 4 }),
  );
  await assert(
    asyncProperty(texts, integer({ min: 1, max: 4 }), async (all, limit) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await pageOf(all, listing, { limit, cursor }, signal);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        expect(page.nextCursor === null || page.items.length === limit).toBe(true);
        seen.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(all.filter(listing.isWanted).toSorted(inOrder));
    }),
    { numRuns: 200 },
  );
});

test("others have their turns while a long list is looked at, and who has gone ends it", async () => {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const isWanted = (): boolean => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    return true;
  };
  const all = Array.from({ length: 20 }, (_, index) => String(index));
  const { items } = await pageOf(all, { ...listing, isWanted }, { limit: 3 }, signal);
  isOver = true;
  expect([items, turns > 3]).toEqual([["0", "1", "10"], true]);
  const gone = AbortSignal.abort();
  const asked = pageOf(all, { ...listing, isWanted }, { limit: 3 }, gone);
  await expect(asked).rejects.toThrow("aborted");
});
