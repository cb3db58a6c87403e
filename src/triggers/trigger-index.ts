import type { Cdr } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import { accessPaths } from "./access-path.ts";
import type { AccessPath, Key } from "./access-path.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { FieldIndex } from "./field-index.ts";

/** With so few it costs more to look them up than to try each. */
const fewTriggers = 4;

/** How often each key is asked for, by field, kind and case. */
class Frequencies {
  readonly #counts = new Map<string, Map<Key, number>>();
  readonly #ranges = new Map<string, number>();

  count(path: AccessPath): void {
    if (path.kind === "range") {
      this.#ranges.set(path.field.shape, (this.#ranges.get(path.field.shape) ?? 0) + 1);
      return;
    }
    const counts = this.#countsOf(path);
    for (const key of path.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  /**
   * How many triggers a call brings up, at a guess, that has what the path asks for: as many as ask for the same. More
   * calls have a prefix than a whole text; and of ranges that there are, a call lies in some part.
   */
  cost(path: AccessPath): number {
    if (path.kind === "range") return 2 + (this.#ranges.get(path.field.shape) ?? 0) / 4;
    const counts = this.#countsOf(path);
    const most = path.keys.reduce<number>((max, key) => Math.max(max, counts.get(key) ?? 0), 0);
    return path.kind === "exact" ? most : most * 2;
  }

  #countsOf({ kind, field, ignoreCase }: Exclude<AccessPath, { kind: "range" }>): Map<Key, number> {
    const name = `${kind} ${ignoreCase} ${field.shape}`;
    let counts = this.#counts.get(name);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(name, counts);
    }
    return counts;
  }
}

function cheapest(paths: readonly AccessPath[], frequencies: Frequencies): AccessPath | undefined {
  let best: AccessPath | undefined;
  let least = Infinity;
  for (const path of paths) {
    const cost = frequencies.cost(path);
    if (cost < least) [best, least] = [path, cost];
  }
  return best;
}

/**
 * The active triggers of a tenant, so arranged that a call costs no more with a hundred thousand than with a few: each
 * trigger is kept under that of its conditions which fewest others share, by the values that satisfy it; a call looks
 * its own values up and tries what it finds. Triggers that have only conditions which most calls meet (negated ones,
 * parts of texts, times) are tried on each call.
 */
export class TriggerIndex {
  readonly #triggers: readonly CompiledTrigger[];
  readonly #fields = new Map<string, FieldIndex>();
  readonly #always: number[] = [];
  /** The call that has last brought up each trigger: none is tried twice on one. */
  readonly #lastCall: Uint32Array;
  #call = 0;

  constructor(triggers: readonly CompiledTrigger[], onTypeMismatch: OnTypeMismatch) {
    this.#triggers = triggers;
    this.#lastCall = new Uint32Array(triggers.length);
    if (triggers.length <= fewTriggers) {
      this.#always = [...triggers.keys()];
      return;
    }
    const frequencies = new Frequencies();
    const pathsOf = triggers.map(accessPaths);
    for (const paths of pathsOf) for (const path of paths) frequencies.count(path);
    for (const [item, paths] of pathsOf.entries()) {
      const path = cheapest(paths, frequencies);
      if (path === undefined) this.#always.push(item);
      else this.#indexOf(path.field, onTypeMismatch).add(path, item);
    }
  }

  /** The triggers that the call fires, in the order in which they were given. The CDR needs their fields, decoded. */
  firedBy(cdr: Cdr): CompiledTrigger[] {
    const fired: number[] = [];
    for (const item of this.#always) this.#try(item, cdr, fired);
    if (this.#fields.size > 0) {
      const call = this.#nextCall();
      for (const index of this.#fields.values())
        index.find(cdr, (item) => {
          if (this.#lastCall[item] === call) return;
          this.#lastCall[item] = call;
          this.#try(item, cdr, fired);
        });
      if (fired.length > 1) fired.sort((a, b) => a - b);
    }
    return fired.map((item) => this.#triggers[item] as CompiledTrigger);
  }

  #try(item: number, cdr: Cdr, fired: number[]): void {
    if (this.#triggers[item]?.fires(cdr) === true) fired.push(item);
  }

  #nextCall(): number {
    if (this.#call === 2 ** 32 - 1) {
      this.#lastCall.fill(0);
      this.#call = 0;
    }
    this.#call += 1;
    return this.#call;
  }

  #indexOf(field: Field, onTypeMismatch: OnTypeMismatch): FieldIndex {
    let index = this.#fields.get(field.shape);
    if (index === undefined) {
      index = new FieldIndex(field, onTypeMismatch);
      this.#fields.set(field.shape, index);
    }
    return index;
  }
}
