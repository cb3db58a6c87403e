import type { CallScan } from "../cdr/call-scan.ts";
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

/** A trigger as the table keeps it: compiled when a call first needs it. */
export interface TriggerEntry extends TriggerOrigin {
  readonly trigger: Trigger;
  compiled(): CompiledTrigger;
}

export type StatusCounts = Record<TriggerStatus, number>;

const allCovered: ReadonlySet<string> = new Set();

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
export class TenantGroup {
  readonly #entries = new Map<string, TriggerEntry>();
  #tenant: Tenant | undefined;
  #disabled = 0;
  #uncovered: ReadonlySet<string> | undefined;
  #active: TenantTriggers | undefined;
  readonly #onTypeMismatch: OnTypeMismatch;

  constructor(onTypeMismatch: OnTypeMismatch) {
    this.#onTypeMismatch = onTypeMismatch;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#tenant === undefined;
  }

  get(triggerId: string): Trigger | undefined {
    return this.#entries.get(triggerId)?.trigger;
  }

  entry(triggerId: string): TriggerEntry | undefined {
    return this.#entries.get(triggerId);
  }

  entries(): IterableIterator<TriggerEntry> {
    return this.#entries.values();
  }

  put(entry: TriggerEntry): void {
    const { triggerId, enabled } = entry.trigger;
    if (this.get(triggerId)?.enabled === false) this.#disabled -= 1;
    if (!enabled) this.#disabled += 1;
    this.#entries.set(triggerId, entry);
    this.#forget();
  }

  remove(triggerId: string): void {
    if (this.get(triggerId)?.enabled === false) this.#disabled -= 1;
    this.#entries.delete(triggerId);
    this.#forget();
  }

  setTenant(tenant: Tenant | undefined): void {
    this.#tenant = tenant;
    this.#forget();
  }

  /** To be called when the triggers have to be compiled anew. */
  recompile(): void {
    this.#active = undefined;
  }

  statusOf(trigger: Trigger): TriggerStatus {
    if (!trigger.enabled) return "disabled";
    if (this.#tenant?.suspended === true) return "suspended";
    return this.#beyondLicence().has(trigger.triggerId) ? "over-licence" : "active";
  }

  /** The triggers that fire, compiled; worked out once after a change. */
  active(): TenantTriggers {
    this.#active ??= this.#compileActive();
    return this.#active;
  }

  /** How many triggers have each status; looks at them one by one only where a licence is exceeded. */
  counts(): StatusCounts {
    const counts = { active: 0, disabled: this.#disabled, "over-licence": 0, suspended: 0 };
    const enabled = this.#entries.size - this.#disabled;
    if (this.#tenant?.suspended === true) return { ...counts, suspended: enabled };
    const uncovered = this.#beyondLicence()
      .values()
      .filter((triggerId) => this.get(triggerId)?.enabled === true)
      .reduce((count) => count + 1, 0);
    return { ...counts, active: enabled - uncovered, "over-licence": uncovered };
  }

  #forget(): void {
    this.#uncovered = undefined;
    this.#active = undefined;
  }

  #beyondLicence(): ReadonlySet<string> {
    this.#uncovered ??= this.#findUncovered();
    return this.#uncovered;
  }

  #findUncovered(): ReadonlySet<string> {
    const covered = this.#tenant?.maxTriggers ?? Infinity;
    if (this.#entries.size <= covered) return allCovered;
    const oldestFirst = [...this.#entries.values()].map(({ trigger }) => trigger).sort(byAge);
    return new Set(oldestFirst.slice(covered).map(({ triggerId }) => triggerId));
  }

  #compileActive(): TenantTriggers {
    const triggers: CompiledTrigger[] = [];
    const cdrFields = new Set<string>();
    for (const entry of this.#entries.values()) {
      if (this.statusOf(entry.trigger) !== "active") continue;
      const compiled = entry.compiled();
      triggers.push(compiled);
      for (const field of compiled.cdrFields) cdrFields.add(field);
    }
    const index = new TriggerIndex(triggers, cdrFields, this.#onTypeMismatch);
    return { cdrFields, triggers, firedBy: (call) => index.firedBy(call) };
  }
}
