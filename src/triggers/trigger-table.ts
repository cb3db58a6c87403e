import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { emptyKeyRing } from "../secrets/key-ring.ts";
import { checkEvent, checkReadEvent, wrongKey } from "./check-event.ts";
import type { EventCheck, ReadEvent } from "./check-event.ts";
import type { TriggerRules } from "./check-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { PackedTriggers } from "./packed-triggers.ts";
import { RefusedEvents, tenantOf } from "./refused-events.ts";
import type { RefusedTrigger } from "./refused-events.ts";
import { checkTenant } from "./tenant.ts";
import { TenantGroups } from "./tenant-groups.ts";
import type {
  StatusCounts,
  TenantLicence,
  TenantTriggers,
  TriggerOrigin,
  TriggerStatus,
} from "./tenant-triggers.ts";
import { readTrigger } from "./trigger-bytes.ts";
import type { SecretRules } from "./trigger-secrets.ts";
import type { Problem, Trigger } from "./trigger.ts";
import { UnpackedTriggers, standardUnpacked } from "./unpacked-triggers.ts";

export type { RefusedTrigger, TenantLicence, TenantTriggers, TriggerOrigin };

export interface TriggerState {
  readonly trigger: Trigger;
  readonly status: TriggerStatus;
  /** Where the event stands, in the triggers' topic, that it is as of. */
  readonly offset: number;
}

/** An event that was refused before, and is valid by a later schema of calls. */
export interface TakenLater {
  readonly triggerId: string;
  readonly offset: number;
}

export type Applied = "applied" | "deleted" | { readonly refused: readonly Problem[] };

export type TriggerCounts = Readonly<Record<TriggerStatus | "refused", number>>;

/** An event of the triggers' topic. */
export type TriggerEvent = { readonly triggerId: string; readonly offset: number } & (
  | {
      /** The trigger as it was decoded, with whatever is wrong with it; null deletes. */
      readonly value: unknown;
    }
  | { readonly read: ReadEvent }
);

/** An event of the tenants' topic; null deletes. */
export interface TenantEvent {
  readonly tenantId: string;
  readonly offset: number;
  readonly value: unknown;
}

/**
 * What the compacted topics of triggers and tenants say, in memory. Each event is taken whole or refused whole, and what
 * it changes is worked out when it is next asked for, of its tenant alone.
 */
export interface TriggerTable {
  /**
   * Takes an event of the triggers' topic; null deletes. A refused event leaves the trigger's last valid version in force
   * and is kept until a later event for that id, or until a catalog makes it valid.
   */
  applyTrigger(event: TriggerEvent): Applied;
  /** Takes an event of the tenants' topic; null deletes. A tenant that has none has no limit. */
  applyTenant(event: TenantEvent): Applied;
  /** A tenant's active triggers; undefined when it has none. The same object until something changes. */
  tenant(tenantId: string): TenantTriggers | undefined;
  trigger(triggerId: string): TriggerState | undefined;
  /** Where the version in force comes from. */
  origin(triggerId: string): TriggerOrigin | undefined;
  all(): IterableIterator<TriggerState>;
  /** What conditions are checked against. */
  readonly catalog: FieldCatalog;
  /** All triggers of a tenant, whatever their status; of other tenants' nothing is looked at. */
  triggersOf(tenantId: string): readonly TriggerState[];
  /** How many of a tenant's triggers have each status; undefined where it has neither triggers nor a licence. */
  countsOf(tenantId: string): StatusCounts | undefined;
  licence(tenantId: string): TenantLicence | undefined;
  /** The tenants that have triggers or a licence. */
  tenantIds(): IterableIterator<string>;
  /** The newest refused event of each trigger that has one after its last valid one. */
  refusedEvents(): IterableIterator<RefusedTrigger>;
  refused(triggerId: string): RefusedTrigger | undefined;
  /**
   * The trigger as an event up to that offset has it which was refused here for its conditions alone, so that a process
   * with a later schema of calls may have taken it; without its conditions. Undefined where there is none.
   */
  inDoubt(triggerId: string, offset: number): Trigger | undefined;
  /** A later schema of the CDR: compiles the triggers anew, gives refused events another chance, and says which took it. */
  useCatalog(catalog: FieldCatalog): readonly TakenLater[];
  counts(): TriggerCounts;
}

export interface TriggerTableOptions {
  readonly catalog: FieldCatalog;
  readonly allowHttp: boolean;
  readonly onTypeMismatch: OnTypeMismatch;
  /** How secrets are decrypted; left out: there is no key, and only those in plain can be read. */
  readonly secrets?: SecretRules;
  /**
   * How many triggers, at least, stay in memory as objects and compiled, of those that were used last; between that and
   * four times as many do. The others are kept as bytes. As many as half of the heap holds, where it is left out.
   */
  readonly mostUnpacked?: number;
}

type ValidEvent = Extract<EventCheck, { ok: true }>;

const noKeys: SecretRules = { keyRing: emptyKeyRing, requireEncrypted: false };

/** Makes an empty table. */
export function createTriggerTable(options: TriggerTableOptions): TriggerTable {
  return new Table(options);
}

class Table implements TriggerTable {
  readonly #options: TriggerTableOptions;
  #catalog: FieldCatalog;
  readonly #packed = new PackedTriggers();
  readonly #unpacked: UnpackedTriggers;
  readonly #groups: TenantGroups;
  readonly #refused = new RefusedEvents();

  constructor(options: TriggerTableOptions) {
    this.#options = options;
    this.#catalog = options.catalog;
    const most = options.mostUnpacked ?? standardUnpacked();
    this.#unpacked = new UnpackedTriggers(this.#packed, { ...options, most });
    this.#groups = new TenantGroups(this.#unpacked, most);
  }

  applyTrigger(event: TriggerEvent): Applied {
    const { triggerId, offset } = event;
    if ("value" in event && event.value === null) {
      this.#refused.forget(triggerId);
      this.#remove(triggerId);
      return "deleted";
    }
    const checked =
      "read" in event
        ? checkReadEvent(triggerId, event.read, this.#rules, this.#secrets)
        : { ...this.#check(triggerId, event.value), asRead: false };
    if (!checked.ok) {
      const { problems } = checked;
      const value = "read" in event ? readTrigger(event.read.bytes) : event.value;
      this.#refused.add({ triggerId, tenantId: tenantOf(value), offset, problems, value });
      return { refused: problems };
    }
    this.#refused.forget(triggerId);
    const bytes = "read" in event && checked.asRead ? event.read.bytes : null;
    this.#put(triggerId, checked, { offset, bytes });
    return "applied";
  }

  applyTenant({ tenantId, value, offset }: TenantEvent): Applied {
    if (value === null) {
      this.#groups.setLicence(tenantId, undefined);
      return "deleted";
    }
    const checked = checkTenant(value);
    if (!checked.ok) return { refused: checked.problems };
    if (checked.tenant.tenantId !== tenantId) {
      return { refused: [{ path: "tenantId", message: wrongKey }] };
    }
    this.#groups.setLicence(tenantId, { tenant: checked.tenant, offset });
    return "applied";
  }

  get catalog(): FieldCatalog {
    return this.#catalog;
  }

  tenant(tenantId: string): TenantTriggers | undefined {
    return this.#groups.active(tenantId);
  }

  triggersOf(tenantId: string): readonly TriggerState[] {
    return (this.#groups.find(tenantId)?.numbers ?? []).map((number) => this.#stateOf(number));
  }

  countsOf(tenantId: string): StatusCounts | undefined {
    return this.#groups.find(tenantId)?.counts();
  }

  licence(tenantId: string): TenantLicence | undefined {
    return this.#groups.find(tenantId)?.licence;
  }

  tenantIds(): IterableIterator<string> {
    return this.#groups.ids();
  }

  trigger(triggerId: string): TriggerState | undefined {
    const number = this.#packed.numberOf(triggerId);
    return number === undefined ? undefined : this.#stateOf(number);
  }

  origin(triggerId: string): TriggerOrigin | undefined {
    const number = this.#packed.numberOf(triggerId);
    return number === undefined ? undefined : this.#unpacked.entry(number);
  }

  *all(): IterableIterator<TriggerState> {
    for (const group of this.#groups.all())
      for (const number of group.numbers) yield this.#stateOf(number);
  }

  refusedEvents(): IterableIterator<RefusedTrigger> {
    return this.#refused.newest();
  }

  refused(triggerId: string): RefusedTrigger | undefined {
    return this.#refused.get(triggerId);
  }

  inDoubt(triggerId: string, offset: number): Trigger | undefined {
    const event = this.#refused.inDoubt(triggerId, offset);
    if (event === undefined) return undefined;
    const checked = this.#check(triggerId, { ...(event.value as object), filters: [] });
    return checked.ok ? checked.trigger : undefined;
  }

  useCatalog(catalog: FieldCatalog): readonly TakenLater[] {
    this.#catalog = catalog;
    this.#unpacked.useCatalog(catalog);
    for (const group of this.#groups.all()) group.giveUp();
    const taken: TakenLater[] = [];
    this.#refused.recheck(({ triggerId, offset, value }) => {
      const checked = this.#check(triggerId, value);
      if (!checked.ok) return checked.problems;
      this.#put(triggerId, checked, { offset, bytes: null });
      taken.push({ triggerId, offset });
      return null;
    });
    return taken;
  }

  counts(): TriggerCounts {
    return { ...this.#groups.counts(), refused: this.#refused.size };
  }

  get #rules(): TriggerRules {
    return { catalog: this.#catalog, allowHttp: this.#options.allowHttp };
  }

  get #secrets(): SecretRules {
    return this.#options.secrets ?? noKeys;
  }

  #check(triggerId: string, event: unknown): EventCheck {
    return checkEvent(triggerId, event, this.#rules, this.#secrets);
  }

  #stateOf(number: number): TriggerState {
    const { trigger, offset } = this.#unpacked.entry(number);
    return { trigger, status: this.#groups.of(trigger.tenantId).statusOf(number), offset };
  }

  /** `bytes`: the trigger's Avro body, where there is one that says the same. */
  #put(
    triggerId: string,
    { trigger, keys }: ValidEvent,
    from: { readonly offset: number; readonly bytes: Buffer | null },
  ): void {
    const { tenantId, enabled } = trigger;
    let before = this.#packed.numberOf(triggerId);
    const wasEnabled = before !== undefined && this.#packed.standing(before).enabled;
    if (before !== undefined && this.#packed.trigger(before).tenantId !== tenantId) {
      this.#remove(triggerId);
      before = undefined;
    }
    const number = before ?? this.#packed.add(triggerId);
    this.#packed.set(number, { trigger, ...from, enabled, keys, validBy: this.#catalog });
    this.#unpacked.forget(number);
    const group = this.#groups.of(tenantId);
    if (before === undefined) group.add(number);
    else group.changed(number, wasEnabled);
    this.#groups.changed(tenantId, group);
  }

  #remove(triggerId: string): void {
    const number = this.#packed.numberOf(triggerId);
    if (number === undefined) return;
    const { tenantId } = this.#packed.trigger(number);
    const group = this.#groups.of(tenantId);
    group.remove(number, this.#packed.standing(number).enabled);
    this.#packed.remove(triggerId);
    this.#unpacked.forget(number);
    this.#groups.changed(tenantId, group);
  }
}
