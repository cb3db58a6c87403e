import type { Cdr } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import type { AccessPath } from "./access-path.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { FieldIndex } from "./field-index.ts";

/** A trigger, by its number, and the way by which it is found; null: any call may fire it. */
export interface Way {
  readonly item: number;
  readonly path: AccessPath | null;
}

/** With so few it costs more to look them up than to try each. */
const fewTriggers = 4;

/** Finds triggers, by their numbers, by the values of a call that is decoded. */
export class ValueIndex {
  readonly #fields = new Map<string, FieldIndex>();
  readonly #always: number[] = [];

  constructor(ways: readonly Way[], onTypeMismatch: OnTypeMismatch) {
    for (const { item, path } of ways) {
      if (path === null || ways.length <= fewTriggers) this.#always.push(item);
      else this.#indexOf(path.field, onTypeMismatch).add(path, item);
    }
  }

  /** Without any trigger there is nothing to be asked. */
  get isEmpty(): boolean {
    return this.#always.length === 0 && this.#fields.size === 0;
  }

  /** Calls `found` with every trigger that the call may fire; with some of them more than once. */
  find(cdr: Cdr, found: (item: number) => void): void {
    for (const item of this.#always) found(item);
    for (const index of this.#fields.values()) index.find(cdr, found);
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
