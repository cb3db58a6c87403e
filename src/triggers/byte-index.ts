import { ByteCursor } from "../avro/byte-cursor.ts";
import { fieldForms } from "../cdr/call-scan.ts";
import type { CallLayout, CallScan } from "../cdr/call-scan.ts";
import type { AccessPath, Key } from "./access-path.ts";
import { RangeIndex } from "./range-index.ts";
import type { Range } from "./range-index.ts";

/** Begin and factor of FNV-1a, 32 bits. */
const [hashBegin, hashFactor] = [0x811c9dc5, 0x01000193];

const isSafeNumber = (key: Key): boolean =>
  typeof key === "bigint"
    ? Number.isSafeInteger(Number(key))
    : typeof key === "number" && Math.abs(key) <= Number.MAX_SAFE_INTEGER;

/** What can't be read as UTF-8 reads as U+FFFD: a text that holds it may stand for other bytes. */
const hasOwnBytes = (key: Key): boolean => typeof key === "string" && !key.includes("\uFFFD");

/** Whether calls can be looked up by it without decoding them. */
export function isByBytes(path: AccessPath): boolean {
  const { field, kind } = path;
  if (!field.isPlain) return false;
  if (kind === "range") return true;
  if (field.type === "text") return !path.ignoreCase && path.keys.every(hasOwnBytes);
  return field.type === "number" && path.keys.every(isSafeNumber);
}

/** One of the CDR's fields, and what is looked for in it. */
interface Probe {
  readonly name: string;
  readonly isText: boolean;
  /** Tells keys of different fields apart. */
  readonly seed: number;
  hasExact: boolean;
  /** Lengths in bytes, ascending. */
  readonly prefixes: number[];
  readonly ranges: Range[];
  rangeIndex: RangeIndex | null;
  /** In the layout that was looked at last: the field's place among the record's, -1 where there is none. */
  position: number;
  isOptional: boolean;
  isDouble: boolean;
}

interface Entry {
  readonly hash: number;
  readonly item: number;
}

const exactSeed = 0;
const prefixSeed = 1;

/** Spreads what is nearly alike over all bits. */
function mixed(hash: number, seed: number): number {
  let mix = Math.imul(hash ^ (seed * 0x9e3779b1), 0x85ebca6b);
  mix ^= mix >>> 13;
  mix = Math.imul(mix, 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

function hashOfBytes(bytes: Uint8Array): number {
  let hash = hashBegin;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, hashFactor);
  return hash;
}

function hashOfNumber(value: number): number {
  return Math.imul(value | 0, hashFactor) ^ Math.trunc(value / 2 ** 32);
}

type Found = (item: number) => void;

/**
 * Finds triggers, by their numbers, by the bytes of a call's fields as they were written: nothing is decoded and no text is
 * made. A tenant's keys stand in one short table of hashes, so that a call of a tenant that none was looked at for a while
 * waits for memory a few times instead of for each key. Equal hashes bring up a trigger that need not fire.
 */
export class ByteIndex {
  readonly #probes = new Map<string, Probe>();
  #entries: Entry[] = [];
  /**
   * The table, once it is needed: the number of the first entry of each slot, then hash, item and next entry of each.
   * Entries count from 1; 0 is none.
   */
  #table: Int32Array | null = null;
  #slots = 0;
  #list: readonly Probe[] = [];
  #layout: CallLayout | null = null;
  #fits = false;

  /** `path` is one that `isByBytes`. */
  add(path: AccessPath, item: number): void {
    this.#table = null;
    const probe = this.#probeOf(path);
    if (path.kind === "range") {
      probe.ranges.push({ from: path.from, to: path.to, item });
      return;
    }
    for (const key of new Set(path.keys)) {
      if (typeof key !== "string") this.#addNumber(probe, Number(key), item);
      else if (path.kind === "exact") this.#addText(probe, key, item);
      else this.#addPrefix(probe, key, item);
    }
  }

  /** Calls `found` with every trigger that the call may fire, with some of them more than once. False: can't tell. */
  find(call: CallScan, found: Found): boolean {
    this.#table ??= this.#arrange();
    if (call.layout !== this.#layout) this.#bind(call.layout);
    if (!this.#fits) return false;
    for (const probe of this.#list) {
      const { position } = probe;
      if (position < 0) continue;
      let at = call.starts[position] as number;
      if (probe.isOptional) {
        const branch = call.value[at];
        if (branch === 0) continue;
        // The branch of a union in more bytes than it needs.
        if (branch !== 2) return false;
        at += 1;
      }
      if (probe.isText) this.#findText(probe, call.value, at, found);
      else this.#findNumber(probe, call.value, at, found);
    }
    return true;
  }

  #findText({ seed, hasExact, prefixes }: Probe, bytes: Buffer, start: number, found: Found): void {
    let at = start;
    let length = bytes[at] as number;
    if (length < 0x80) {
      length >>= 1;
      at += 1;
    } else {
      const cursor = new ByteCursor(bytes, at);
      length = cursor.length();
      at = cursor.position;
    }
    let hash = hashBegin;
    let next = 0;
    let longest = hasExact ? length : 0;
    if (!hasExact && prefixes.length > 0)
      longest = Math.min(length, prefixes[prefixes.length - 1] as number);
    for (let done = 0; ; done += 1) {
      if (done === prefixes[next]) {
        this.#look(mixed(hash, seed + prefixSeed), found);
        next += 1;
      }
      if (done === longest) break;
      hash = Math.imul(hash ^ (bytes[at + done] as number), hashFactor);
    }
    if (hasExact) this.#look(mixed(hash, seed + exactSeed), found);
  }

  #findNumber(probe: Probe, bytes: Buffer, at: number, found: Found): void {
    const value = probe.isDouble ? bytes.readDoubleLE(at) : new ByteCursor(bytes, at).long();
    // Beyond what numbers hold there is no key; a range may still hold it.
    if (typeof value === "bigint") {
      probe.rangeIndex?.all(found);
      return;
    }
    if (!Number.isFinite(value)) return;
    if (probe.hasExact) this.#look(mixed(hashOfNumber(value), probe.seed + exactSeed), found);
    probe.rangeIndex?.at(value, found);
  }

  #look(hash: number, found: Found): void {
    const table = this.#table as Int32Array;
    const slots = this.#slots;
    let entry = table[hash & (slots - 1)] as number;
    while (entry !== 0) {
      const at = slots + 3 * (entry - 1);
      if (table[at] === hash) found(table[at + 1] as number);
      entry = table[at + 2] as number;
    }
  }

  #addNumber(probe: Probe, key: number, item: number): void {
    probe.hasExact = true;
    this.#entries.push({ hash: mixed(hashOfNumber(key), probe.seed + exactSeed), item });
  }

  #addText(probe: Probe, key: string, item: number): void {
    probe.hasExact = true;
    const hash = mixed(hashOfBytes(Buffer.from(key)), probe.seed + exactSeed);
    this.#entries.push({ hash, item });
  }

  #addPrefix(probe: Probe, key: string, item: number): void {
    const bytes = Buffer.from(key);
    if (!probe.prefixes.includes(bytes.length)) {
      probe.prefixes.push(bytes.length);
      probe.prefixes.sort((a, b) => a - b);
    }
    this.#entries.push({ hash: mixed(hashOfBytes(bytes), probe.seed + prefixSeed), item });
  }

  #probeOf({ field }: AccessPath): Probe {
    let probe = this.#probes.get(field.shape);
    if (probe === undefined) {
      probe = {
        name: field.topLevel,
        isText: field.type === "text",
        seed: 2 * this.#probes.size,
        hasExact: false,
        prefixes: [],
        ranges: [],
        rangeIndex: null,
        position: -1,
        isOptional: false,
        isDouble: false,
      };
      this.#probes.set(field.shape, probe);
    }
    return probe;
  }

  #arrange(): Int32Array {
    const entries = this.#entries;
    let slots = 1;
    while (slots < entries.length) slots *= 2;
    const table = new Int32Array(slots + 3 * entries.length);
    for (const [index, { hash, item }] of entries.entries()) {
      const slot = hash & (slots - 1);
      table.set([hash, item, table[slot] as number], slots + 3 * index);
      table[slot] = index + 1;
    }
    this.#slots = slots;
    this.#list = [...this.#probes.values()];
    for (const probe of this.#list)
      probe.rangeIndex = probe.ranges.length === 0 ? null : new RangeIndex(probe.ranges);
    this.#layout = null;
    return table;
  }

  /** Finds the fields in the layout; where one has another form there, only decoding tells. */
  #bind(layout: CallLayout): void {
    this.#layout = layout;
    this.#fits = true;
    for (const probe of this.#list) {
      probe.position = layout.positionOf(probe.name);
      if (probe.position < 0) continue;
      const form = layout.forms[probe.position] as number;
      probe.isOptional = form >= fieldForms.optional;
      const present = probe.isOptional ? form - fieldForms.optional : form;
      probe.isDouble = present === fieldForms.double;
      this.#fits &&= probe.isText
        ? present === fieldForms.text
        : present === fieldForms.whole || probe.isDouble;
    }
  }
}
