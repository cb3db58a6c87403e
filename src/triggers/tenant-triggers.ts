import type { CallScan } from "../cdr/call-scan.ts";
import type { GivenUp } from "./active-tenants.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import type { Tenant } from "./tenant.ts";
import { TriggerIndex } from "./trigger-index.ts";
import type { SecretKeys } from "./trigger-secrets.ts";
import type { Trigger } from "./trigger.ts";

/** Whether a trigger fires; where several reasons against it hold, the first of disabled, suspended, over-licence. */
export const triggerStatuses = ["active", "disabled", "over-licence", "suspended"] as const;
export type TriggerStatus = (typeof triggerStatuses)[number];

/** What a call of a tenant is matched with: its active triggers. The same object until one of them changes. */
export interface TenantTriggers {
  /** The CDR's own fields that the triggers look at. */
  readonly cdrFields: ReadonlySet<string>;
  readonly triggers: readonly CompiledTrigger[];
  /** Those that the call fires, in their order. */
  firedBy(call: CallScan): readonly CompiledTrigger[];
}

/** The event that a trigger was taken from. */
export interface TriggerOrigin {
  /** Where it stands in the triggers' topic. */
  readonly offset: number;
  /** With which keys its secrets were encrypted. */
  readonly keys: SecretKeys;
}

/** A trigger as it is given out: read from its bytes, compiled when a call first needs it. */
export interface TriggerEntry extends TriggerOrigin {
  readonly trigger: Trigger;
  compiled(): CompiledTrigger;
}

/** A tenant's licence, and where its event stands in the tenants' topic. */
export interface TenantLicence {
  readonly tenant: Tenant;
  readonly offset: number;
}

/** What a group is told of its triggers, by their numbers. */
export interface TriggerSource {
  entry(number: number): TriggerEntry;
  trigger(number: number): Trigger;
  isEnabled(number: number): boolean;
  readonly onTypeMismatch: OnTypeMismatch;
}

export type StatusCounts = Record<TriggerStatus, number>;

const allCovered: ReadonlySet<number> = new Set();

/** The order in which a licence covers triggers; an unknown time of creation is the oldest. */
function byAge(a: Trigger, b: Trigger): number {
  const [bornA, bornB] = [a.createdAt ?? -Infinity, b.createdAt ?? -Infinity];
  if (bornA !== bornB) return bornA < bornB ? -1 : 1;
  return a.triggerId < b.triggerId ? -1 : 1;
}

/**
 * The triggers of one tenant, and what its licence lets them do. A licence covers the triggers that a tenant *has*, the
 * oldest first, disabled ones included: otherwise switching one off would let another start to fire unasked.
 */
export class TenantGroup implements GivenUp {
  readonly #source: TriggerSource;
  /** In the order in which they came. */
  readonly #numbers: number[] = [];
  #licence: TenantLicence | undefined;
  #disabled = 0;
  #uncovered: ReadonlySet<number> | undefined;
  #active: TenantTriggers | undefined;
  lastUse = -1;
  /** What the table has counted of it; null where that is not so any more. */
  counted: StatusCounts | null = null;

  constructor(source: TriggerSource) {
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.#numbers.length === 0 && this.#licence === undefined;
  }

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  add(number: number): void {
    this.#numbers.push(number);
    if (!this.#source.isEnabled(number)) this.#disabled += 1;
    this.#forget();
  }

  /** One of them has another version; `wasEnabled` tells of the one before. */
  changed(number: number, wasEnabled: boolean): void {
    if (!wasEnabled) this.#disabled -= 1;
    if (!this.#source.isEnabled(number)) this.#disabled += 1;
    this.#forget();
  }

  remove(number: number, wasEnabled: boolean): void {
    this.#numbers.splice(this.#numbers.indexOf(number), 1);
    if (!wasEnabled) this.#disabled -= 1;
    this.#forget();
  }

  get licence(): TenantLicence | undefined {
    return this.#licence;
  }

  setLicence(licence: TenantLicence | undefined): void {
    this.#licence = licence;
    this.#forget();
  }

  /** Forgets the compiled form, until it is asked for again: also to be called when all have to be compiled anew. */
  giveUp(): void {
    this.#active = undefined;
  }

  statusOf(number: number): TriggerStatus {
    if (!this.#source.isEnabled(number)) return "disabled";
    if (this.#isSuspended) return "suspended";
    return this.#beyondLicence().has(number) ? "over-licence" : "active";
  }

  /** The triggers that fire, compiled; worked out once after a change. */
  active(): TenantTriggers {
    this.#active ??= this.#compileActive();
    return this.#active;
  }

  /** How many triggers have each status; looks at them one by one only where a licence is exceeded. */
  counts(): StatusCounts {
    const counts = { active: 0, disabled: this.#disabled, "over-licence": 0, suspended: 0 };
    const enabled = this.#numbers.length - this.#disabled;
    if (this.#isSuspended) return { ...counts, suspended: enabled };
    const uncovered = this.#beyondLicence()
      .values()
      .filter((number) => this.#source.isEnabled(number))
      .reduce((count) => count + 1, 0);
    return { ...counts, active: enabled - uncovered, "over-licence": uncovered };
  }

  get #isSuspended(): boolean {
    return this.#licence?.tenant.suspended === true;
  }

  #forget(): void {
    this.#uncovered = undefined;
    this.#active = undefined;
  }

  #beyondLicence(): ReadonlySet<number> {
    this.#uncovered ??= this.#findUncovered();
    return this.#uncovered;
  }

  #findUncovered(): ReadonlySet<number> {
    const covered = this.#licence?.tenant.maxTriggers ?? Infinity;
    if (this.#numbers.length <= covered) return allCovered;
    const oldestFirst = this.#numbers
      .map((number) => ({ number, trigger: this.#source.trigger(number) }))
      .sort((a, b) => byAge(a.trigger, b.trigger));
    return new Set(oldestFirst.slice(covered).map(({ number }) => number));
  }

  #compileActive(): TenantTriggers {
    const triggers: CompiledTrigger[] = [];
    const cdrFields = new Set<string>();
    for (const number of this.#numbers) {
      if (this.statusOf(number) !== "active") continue;
      const compiled = this.#source.entry(number).compiled();
      triggers.push(compiled);
      for (const field of compiled.cdrFields) cdrFields.add(field);
    }
    const index = new TriggerIndex(triggers, cdrFields, this.#source.onTypeMismatch);
    return { cdrFields, triggers, firedBy: (call) => index.firedBy(call) };
  }
}
