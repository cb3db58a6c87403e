import type { Cdr } from "../cdr/call-ended.ts";
import type { CallScan } from "../cdr/call-scan.ts";
import { AccessFrequencies } from "./access-frequencies.ts";
import { accessPaths } from "./access-path.ts";
import type { AccessPath } from "./access-path.ts";
import { ByteIndex, isByBytes } from "./byte-index.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { ValueIndex } from "./value-index.ts";
import type { Way } from "./value-index.ts";

/** Decoding a call costs as much as to try so many triggers in vain. */
const decodingCost = 4;

/** Of so many found triggers it costs less to decode the fields of each than those of all the tenant's. */
const fewFound = 2;

/**
 * The active triggers of a tenant, so arranged that a call costs no more with a hundred thousand than with a few: each
 * trigger is kept under that of its conditions which fewest others share, by the values that satisfy it; a call looks
 * its own values up and tries what it finds. Where it can, it does so by the bytes of the call, and decodes it only for
 * the triggers that are found. Triggers that have only conditions which most calls meet (negated ones, parts of texts,
 * times) are tried on each call.
 */
export class TriggerIndex {
  readonly #triggers: readonly CompiledTrigger[];
  readonly #fields: ReadonlySet<string>;
  readonly #onTypeMismatch: OnTypeMismatch;
  readonly #byBytes = new ByteIndex();
  /** Those that are not found by bytes. */
  readonly #others: ValueIndex;
  /** All of them, for calls whose bytes are not in the form that is looked for; made with the first. */
  #all: ValueIndex | null = null;
  /** The call that has last brought up each trigger: none is tried twice on one. */
  readonly #lastCall: Uint32Array;
  #call = 0;

  /** `fields`: the CDR's own fields that the triggers look at. */
  constructor(
    triggers: readonly CompiledTrigger[],
    fields: ReadonlySet<string>,
    onTypeMismatch: OnTypeMismatch,
  ) {
    this.#triggers = triggers;
    this.#fields = fields;
    this.#onTypeMismatch = onTypeMismatch;
    this.#lastCall = new Uint32Array(triggers.length);
    const others: Way[] = [];
    for (const way of waysTo(triggers, (path) => (isByBytes(path) ? 0 : decodingCost))) {
      if (way.path !== null && isByBytes(way.path)) this.#byBytes.add(way.path, way.item);
      else others.push(way);
    }
    this.#others = new ValueIndex(others, onTypeMismatch);
  }

  /** The triggers that the call fires, in the order in which they were given. */
  firedBy(call: CallScan): CompiledTrigger[] {
    const found: number[] = [];
    if (!this.#byBytes.find(call, (item) => found.push(item)))
      return this.firedByDecoded(call.project(this.#fields).cdr);
    const areAll = this.#others.isEmpty;
    if (areAll && found.length === 0) return [];
    // Few of them look at few fields: each has its own decoded.
    if (areAll && found.length <= fewFound)
      return this.#thatFire(({ cdrFields }) => call.project(cdrFields).cdr, found);
    const { cdr } = call.project(this.#fields);
    this.#others.find(cdr, (item) => found.push(item));
    return this.#thatFire(() => cdr, found);
  }

  /** The same of a CDR with the triggers' fields, decoded. */
  firedByDecoded(cdr: Cdr): CompiledTrigger[] {
    this.#all ??= new ValueIndex(
      waysTo(this.#triggers, () => 0),
      this.#onTypeMismatch,
    );
    const found: number[] = [];
    this.#all.find(cdr, (item) => found.push(item));
    return this.#thatFire(() => cdr, found);
  }

  #thatFire(
    cdrFor: (trigger: CompiledTrigger) => Cdr,
    found: readonly number[],
  ): CompiledTrigger[] {
    const call = this.#nextCall();
    const fired: number[] = [];
    for (const item of found) {
      if (this.#lastCall[item] === call) continue;
      this.#lastCall[item] = call;
      const trigger = this.#triggers[item] as CompiledTrigger;
      if (trigger.fires(cdrFor(trigger))) fired.push(item);
    }
    if (fired.length > 1) fired.sort((a, b) => a - b);
    return fired.map((item) => this.#triggers[item] as CompiledTrigger);
  }

  #nextCall(): number {
    if (this.#call === 2 ** 32 - 1) {
      this.#lastCall.fill(0);
      this.#call = 0;
    }
    this.#call += 1;
    return this.#call;
  }
}

/** The cheapest way to each trigger; `more` is what a path costs beyond the triggers that it brings up in vain. */
function waysTo(triggers: readonly CompiledTrigger[], more: (path: AccessPath) => number): Way[] {
  const frequencies = new AccessFrequencies();
  const pathsOf = triggers.map(accessPaths);
  for (const paths of pathsOf) for (const path of paths) frequencies.count(path);
  return pathsOf.map((paths, item) => {
    let [best, least] = [null as AccessPath | null, Infinity];
    for (const path of paths) {
      const cost = frequencies.cost(path) + more(path);
      if (cost < least) [best, least] = [path, cost];
    }
    return { item, path: best };
  });
}
