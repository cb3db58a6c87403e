import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { InputError, OnhookError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { KeyRing } from "../secrets/key-ring.ts";
import type { TriggerCheck } from "../triggers/check-trigger.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { checkFileTrigger } from "./file-trigger.ts";

export type FileTrigger = Readonly<Record<string, unknown>>;

export interface TriggerCheckerDeps {
  /** What the local store checks by. */
  readonly catalog: () => FieldCatalog;
  /** Looks for a later schema of calls. Rejects with what trying again can mend. */
  readonly latestCatalog: () => Promise<FieldCatalog>;
  readonly allowHttp: boolean;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
}

/** Checks what people write, by the newest schema of calls that is known. */
export class TriggerChecker {
  readonly #deps: TriggerCheckerDeps;

  constructor(deps: TriggerCheckerDeps) {
    this.#deps = deps;
  }

  /** The trigger, completed by what is saved. Rejects with TRIGGER_INVALID, naming each property. */
  async check(given: FileTrigger, saved: Trigger | undefined): Promise<Trigger> {
    const checked = await this.problemsOf(given, saved);
    if (checked.ok) return checked.trigger;
    throw new InputError("TRIGGER_INVALID", checked.problems);
  }

  async problemsOf(given: FileTrigger, saved: Trigger | undefined): Promise<TriggerCheck> {
    const checked = this.#by(this.#deps.catalog(), given, saved);
    if (checked.ok || !checked.problems.some(({ path }) => path.startsWith("filters[")))
      return checked;
    // A condition may be on a field of a schema that is newer than what is known here.
    const latest = await this.#latest();
    return latest === null ? checked : this.#by(latest, given, saved);
  }

  /** Null where it can't be had: what is known has to do then. */
  async #latest(): Promise<FieldCatalog | null> {
    try {
      return await this.#deps.latestCatalog();
    } catch (error) {
      if (error instanceof OnhookError) return null;
      throw error;
    }
  }

  #by(catalog: FieldCatalog, given: FileTrigger, saved: Trigger | undefined): TriggerCheck {
    const { allowHttp, keyRing, clock } = this.#deps;
    return checkFileTrigger(given, { catalog, allowHttp, keyRing, saved, now: clock.now() });
  }
}
