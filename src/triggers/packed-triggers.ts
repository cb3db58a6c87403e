import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { ByteShelf } from "./byte-shelf.ts";
import { readTrigger, writeTrigger } from "./trigger-bytes.ts";
import type { SecretKeys } from "./trigger-secrets.ts";
import type { Trigger } from "./trigger.ts";

/** What is known of a trigger besides its content. */
export interface Standing {
  readonly enabled: boolean;
  /** With which keys its secrets were encrypted. */
  readonly keys: SecretKeys;
  /** The newest catalog of those looked at that its conditions are valid by. */
  readonly validBy: FieldCatalog;
}

/** A valid trigger to be kept. */
export interface ValidTrigger extends Standing {
  readonly trigger: Trigger;
  /** Its Avro body, where it is at hand and says exactly the same; a copy is kept. */
  readonly bytes: Buffer | null;
  /** Where its event stands in the triggers' topic. */
  readonly offset: number;
}

/**
 * All valid triggers, each as its bytes: most of them never fire, and as objects a million of them would take two
 * gigabytes. A trigger has a number, for as long as it is there; the number of one that is gone is given to another.
 */
export class PackedTriggers {
  readonly #numbers = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #bytes = new ByteShelf();
  readonly #offsets: number[] = [];
  readonly #standings: (Standing | null)[] = [];
  /** The same object for standings that are alike: there are few of these. */
  #alike: Standing[] = [];

  numberOf(triggerId: string): number | undefined {
    return this.#numbers.get(triggerId);
  }

  /** A number for a trigger that has none; to be followed by `set`. */
  add(triggerId: string): number {
    const number = this.#free.pop() ?? this.#offsets.length;
    this.#numbers.set(triggerId, number);
    return number;
  }

  set(number: number, { trigger, bytes, offset, enabled, keys, validBy }: ValidTrigger): void {
    this.#bytes.put(number, bytes ?? writeTrigger(trigger));
    this.#offsets[number] = offset;
    this.#standings[number] = this.#shared({ enabled, keys, validBy });
  }

  remove(triggerId: string): void {
    const number = this.#numbers.get(triggerId);
    if (number === undefined) return;
    this.#numbers.delete(triggerId);
    this.#bytes.remove(number);
    this.#standings[number] = null;
    this.#free.push(number);
  }

  /** Read anew each time. */
  trigger(number: number): Trigger {
    return readTrigger(this.#bytes.get(number) as Buffer);
  }

  offset(number: number): number {
    return this.#offsets[number] as number;
  }

  standing(number: number): Standing {
    return this.#standings[number] as Standing;
  }

  setValidBy(number: number, validBy: FieldCatalog): void {
    this.#standings[number] = this.#shared({ ...this.standing(number), validBy });
  }

  /** Those of before stay with who has them; who comes later gets his own. */
  forgetStandings(): void {
    this.#alike = [];
  }

  #shared(standing: Standing): Standing {
    const { enabled, keys, validBy } = standing;
    for (const each of this.#alike) {
      if (each.enabled !== enabled || each.validBy !== validBy) continue;
      if (each.keys === keys || each.keys.symmetricDifference(keys).size === 0) return each;
    }
    this.#alike.push(standing);
    return standing;
  }
}
