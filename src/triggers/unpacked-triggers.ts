import { getHeapStatistics } from "node:v8";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { checkTrigger } from "./check-trigger.ts";
import { compileTrigger } from "./compile-trigger.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { ConditionPools } from "./condition-pool.ts";
import type { PackedTriggers } from "./packed-triggers.ts";
import { Recent } from "./recent.ts";
import type { TriggerEntry, TriggerSource } from "./tenant-triggers.ts";
import type { Trigger } from "./trigger.ts";

export interface UnpackedTriggersOptions {
  readonly catalog: FieldCatalog;
  readonly allowHttp: boolean;
  readonly onTypeMismatch: OnTypeMismatch;
  /** How many are kept at least. */
  readonly most: number;
}

/** What one takes of the heap, in bytes: as an object, or compiled. Measured with ten conditions' shapes of each kind. */
const unpackedBytes = 2_400;

/** What is bounded is up to four times as many, which shall take no more than half of the heap. */
export const standardUnpacked = (): number =>
  Math.floor(getHeapStatistics().heap_size_limit / 2 / (4 * unpackedBytes));

/** Packed triggers as they are worked with, of which those that were asked for lately are kept: read, and compiled once. */
export class UnpackedTriggers implements TriggerSource {
  readonly #packed: PackedTriggers;
  readonly #allowHttp: boolean;
  readonly onTypeMismatch: OnTypeMismatch;
  readonly #pools = new ConditionPools();
  readonly #entries: Recent<number, TriggerEntry>;
  #catalog: FieldCatalog;

  constructor(packed: PackedTriggers, options: UnpackedTriggersOptions) {
    this.#packed = packed;
    this.#catalog = options.catalog;
    this.#allowHttp = options.allowHttp;
    this.onTypeMismatch = options.onTypeMismatch;
    this.#entries = new Recent(options.most);
  }

  /** The same until the trigger changes, as long as it is kept. */
  entry(number: number): TriggerEntry {
    return this.#entries.get(number, () => this.#unpack(number));
  }

  trigger(number: number): Trigger {
    return this.#packed.trigger(number);
  }

  isEnabled(number: number): boolean {
    return this.#packed.standing(number).enabled;
  }

  /** To be called when the trigger has changed. */
  forget(number: number): void {
    this.#entries.delete(number);
  }

  /** From now on triggers are compiled by this one, where they are valid by it. */
  useCatalog(catalog: FieldCatalog): void {
    this.#catalog = catalog;
    this.#packed.forgetStandings();
  }

  #unpack(number: number): TriggerEntry {
    const trigger = this.#packed.trigger(number);
    const { keys } = this.#packed.standing(number);
    let compiledBy: FieldCatalog | undefined;
    let compiled: CompiledTrigger | undefined;
    return {
      trigger,
      offset: this.#packed.offset(number),
      keys,
      compiled: () => {
        if (compiled !== undefined && compiledBy === this.#catalog) return compiled;
        compiledBy = this.#catalog;
        const validBy = this.#validBy(number, trigger);
        const pool = this.#pools.of(validBy);
        compiled = compileTrigger(trigger, validBy, this.onTypeMismatch, pool);
        return compiled;
      },
    };
  }

  /**
   * A trigger that the newest catalog would refuse (its field is gone from the schema, or of another type now) goes on
   * with the catalog that it was valid by: CDRs of that schema version may still come.
   */
  #validBy(number: number, trigger: Trigger): FieldCatalog {
    const { validBy } = this.#packed.standing(number);
    const [catalog, allowHttp] = [this.#catalog, this.#allowHttp];
    if (validBy === catalog || !checkTrigger(trigger, { catalog, allowHttp }).ok) return validBy;
    this.#packed.setValidBy(number, catalog);
    return catalog;
  }
}
