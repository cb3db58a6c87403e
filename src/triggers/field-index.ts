import type { Cdr } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import type { AccessPath, Key } from "./access-path.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { RangeIndex } from "./range-index.ts";
import type { Range } from "./range-index.ts";

type Items = Map<Key, number[]>;

/** Texts that begin with one of a map's keys, all of which are of one length. */
interface PrefixLength {
  readonly length: number;
  readonly items: Items;
}

/** Texts as they are, or in lower case. */
interface Texts {
  readonly exact: Items;
  readonly prefixes: PrefixLength[];
}

function add(items: Items, key: Key, item: number): void {
  const same = items.get(key);
  if (same === undefined) items.set(key, [item]);
  else same.push(item);
}

function addPrefix(prefixes: PrefixLength[], key: string, item: number): void {
  let same = prefixes.find(({ length }) => length === key.length);
  if (same === undefined) {
    same = { length: key.length, items: new Map() };
    prefixes.push(same);
  }
  add(same.items, key, item);
}

type Found = (item: number) => void;

/** Finds triggers, by their numbers, by the values that a call has in one field. */
export class FieldIndex {
  readonly #field: Field;
  readonly #onTypeMismatch: OnTypeMismatch;
  readonly #plain: Texts = { exact: new Map(), prefixes: [] };
  readonly #lowerCase: Texts = { exact: new Map(), prefixes: [] };
  readonly #ranges: Range[] = [];
  #rangeIndex: RangeIndex | null = null;

  constructor(field: Field, onTypeMismatch: OnTypeMismatch) {
    this.#field = field;
    this.#onTypeMismatch = onTypeMismatch;
  }

  add(path: AccessPath, item: number): void {
    if (path.kind === "range") {
      this.#ranges.push({ from: path.from, to: path.to, item });
      this.#rangeIndex = null;
      return;
    }
    const texts = path.ignoreCase ? this.#lowerCase : this.#plain;
    for (const key of new Set(path.keys)) {
      if (path.kind === "prefix") addPrefix(texts.prefixes, String(key), item);
      else add(texts.exact, key, item);
    }
  }

  /** Calls `found` with every trigger that the call may fire; with some of them more than once. */
  find(cdr: Cdr, found: Found): void {
    let [first, count, misfits] = [undefined as unknown, 0, 0];
    this.#field.some(cdr, (value) => {
      if (!this.#look(value, found)) misfits += 1;
      else if (count++ === 0) first = value;
      return false;
    });
    if (misfits > 0) this.#onTypeMismatch(this.#field.path);
    if (count > 0 && this.#ranges.length > 0) this.#findRanges(first, count, found);
  }

  /** Looks one value up, ranges apart; false where it is of another type than the field. */
  #look(value: unknown, found: Found): boolean {
    const { type } = this.#field;
    if (type === "text") {
      if (typeof value !== "string") return false;
      lookText(this.#plain, value, found);
      if (this.#lowerCase.exact.size + this.#lowerCase.prefixes.length > 0)
        lookText(this.#lowerCase, value.toLowerCase(), found);
      return true;
    }
    const fits =
      type === "number"
        ? typeof value === "number" || typeof value === "bigint"
        : typeof value === "boolean";
    if (fits) this.#plain.exact.get(value as Key)?.forEach(found);
    return fits;
  }

  /** With several values one may be above a range's lower end and another below its upper one: any may hold. */
  #findRanges(value: unknown, count: number, found: Found): void {
    this.#rangeIndex ??= new RangeIndex(this.#ranges);
    if (count === 1 && typeof value === "number") this.#rangeIndex.at(value, found);
    else this.#rangeIndex.all(found);
  }
}

function lookText({ exact, prefixes }: Texts, text: string, found: Found): void {
  exact.get(text)?.forEach(found);
  for (const { length, items } of prefixes)
    if (text.length >= length) items.get(text.slice(0, length))?.forEach(found);
}
