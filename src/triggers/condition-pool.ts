import type { FieldCatalog } from "../cdr/field-catalog.ts";
import type { CompiledCondition } from "./condition.ts";
import type { Condition } from "./trigger.ts";

/** A multiple of what people's templates have. */
const mostOfEach = 2048;

/** Conditions of templates are short. With these bounds the pool takes some ten megabytes at most. */
const mostCharacters = 256;

/**
 * Compiled conditions of one catalog that are used by several triggers: those of templates, like "the call was answered",
 * stand in thousands. Shared, they take memory once, and are still in the processor's cache when the next tenant's call
 * comes. What nobody asks for again is forgotten, and then compiled anew.
 */
export class ConditionPool {
  #young = new Map<string, CompiledCondition>();
  #old = new Map<string, CompiledCondition>();

  /** The sets of fields that triggers look at: there are few, and something is kept for each of them elsewhere. */
  readonly #fields = new Map<string, ReadonlySet<string>>();

  /** The same for conditions of the same content, unless it was forgotten. */
  take(condition: Condition, compile: () => CompiledCondition): CompiledCondition {
    const { field, op, ignoreCase, values } = condition;
    const characters = values.reduce((sum, { length }) => sum + length, field.length);
    if (characters > mostCharacters || values.length > mostCharacters) return compile();
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

  /** The set of these names, in any order; the same for the same names, unless there are too many. */
  fields(names: readonly string[]): ReadonlySet<string> {
    const fields = new Set(names.toSorted());
    const key = JSON.stringify([...fields]);
    const same = this.#fields.get(key);
    if (same === undefined && this.#fields.size < mostOfEach) this.#fields.set(key, fields);
    return same ?? fields;
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
