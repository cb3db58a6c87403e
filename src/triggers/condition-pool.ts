import type { FieldCatalog } from "../cdr/field-catalog.ts";
import type { CompiledCondition } from "./condition.ts";
import type { Condition } from "./trigger.ts";

/** A multiple of what people's templates have; with it the pool takes a few megabytes at most. */
const mostOfEach = 4096;

/**
 * Compiled conditions of one catalog that are used by several triggers: those of templates, like "the call was answered",
 * stand in thousands. Shared, they take memory once, and are still in the processor's cache when the next tenant's call
 * comes. What nobody asks for again is forgotten, and then compiled anew.
 */
export class ConditionPool {
  #young = new Map<string, CompiledCondition>();
  #old = new Map<string, CompiledCondition>();

  /** The same for conditions of the same content, unless it was forgotten. */
  take(condition: Condition, compile: () => CompiledCondition): CompiledCondition {
    const { field, op, ignoreCase, values } = condition;
    const key = JSON.stringify([field, op, ignoreCase, values]);
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const compiled = this.#old.get(key) ?? compile();
    if (this.#young.size >= mostOfEach) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, compiled);
    return compiled;
  }
}

/** A pool for each catalog that conditions are compiled by, as long as there is one. */
export class ConditionPools {
  readonly #pools = new WeakMap<FieldCatalog, ConditionPool>();

  of(catalog: FieldCatalog): ConditionPool {
    let pool = this.#pools.get(catalog);
    if (pool === undefined) {
      pool = new ConditionPool();
      this.#pools.set(catalog, pool);
    }
    return pool;
  }
}
