import { array, assert, double, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { cutPage, readCursor } from "../../src/history/page-cursor.ts";

const list = ["people", "t1", undefined];

/** The cursor of a page that ends with this place. */
const cursorBehind = (place: readonly (string | number)[], of: readonly unknown[] = list): string =>
  cutPage(of, [1, 2], 1, () => place).nextCursor ?? "";

const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const refused = expect.objectContaining({ code: "CURSOR_INVALID" }) as Error;

describe("a cursor", () => {
  it("says behind which place to go on, whatever that is made of", () => {
    const part = oneof(
      string({ unit: "binary" }),
      double({ noNaN: true, noDefaultInfinity: true }),
    );
    assert(
      property(array(part, { minLength: 1, maxLength: 3 }), (place) => {
        // As JSON tells it, which knows no -0.
        const told = place.map((each) => (each === 0 ? 0 : each));
        expect(readCursor(list, cursorBehind(place), place)).toEqual(told);
      }),
    );
  });

  it("is none of another list, and none of a list that is asked for otherwise", () => {
    const cursor = cursorBehind(["Ann", 7]);
    expect(readCursor(list, cursor, ["", 0])).toEqual(["Ann", 7]);
    for (const other of [["people"], ["people", "t2", undefined], ["people", "t1", "search"]])
      expect(() => readCursor(other, cursor, ["", 0])).toThrow(refused);
  });

  it("is refused where no page has given it: cut, longer, packed otherwise, or of other parts", () => {
    const cursor = cursorBehind(["Ann", 7]);
    const mark: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString())[0];
    const parts = [null, {}, [], [mark], [mark, "Ann"], [mark, 7, "Ann"], [mark, "Ann", null]];
    const texts = ["", "x", "null", "' OR 1=1 --", `${cursor}=`, cursor.slice(1)];
    const wrong = [
      ...texts,
      ...parts.map(pack),
      pack([mark, "Ann", 7, 8]),
      Buffer.from(`[ ${JSON.stringify(mark)}, "Ann", 7 ]`).toString("base64url"),
      Buffer.from(`[${JSON.stringify(mark)},"Ann",1e999]`).toString("base64url"),
    ];
    for (const each of wrong) expect(() => readCursor(list, each, ["", 0])).toThrow(refused);
  });

  it("is given only where there is more", () => {
    const page = (found: readonly number[]) => cutPage(list, found, 2, (last) => [last]);
    expect(page([1, 2])).toEqual({ items: [1, 2], nextCursor: null });
    expect(page([])).toEqual({ items: [], nextCursor: null });
    const { items, nextCursor } = page([1, 2, 3]);
    expect([items, readCursor(list, nextCursor ?? "", [0])]).toEqual([[1, 2], [2]]);
    expect(readCursor(list, undefined, [0])).toEqual([0]);
  });
});
