import { getHeapStatistics } from "node:v8";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { emptyKeyRing } from "../secrets/key-ring.ts";
import { ActiveTenants } from "./active-tenants.ts";
import { checkEvent, checkReadEvent, wrongKey } from "./check-event.ts";
import type { EventCheck, ReadEvent } from "./check-event.ts";
import type { TriggerRules } from "./check-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { PackedTriggers } from "./packed-triggers.ts";
import { RefusedEvents } from "./refused-events.ts";
import type { RefusedTrigger } from "./refused-events.ts";
import { StatusTally } from "./status-tally.ts";
import { checkTenant } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";
import { TenantGroup } from "./tenant-triggers.ts";
import type { TenantTriggers, TriggerOrigin, TriggerStatus } from "./tenant-triggers.ts";
import { readTrigger } from "./trigger-bytes.ts";
import type { SecretRules } from "./trigger-secrets.ts";
import type { Problem, Trigger } from "./trigger.ts";
import { UnpackedTriggers } from "./unpacked-triggers.ts";

export type { RefusedTrigger, TenantTriggers, TriggerOrigin };

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
  applyTenant(event: { readonly tenantId: string; readonly value: unknown }): Applied;
  /** A tenant's active triggers; undefined when it has none. The same object until something changes. */
  tenant(tenantId: string): TenantTriggers | undefined;
  trigger(triggerId: string): TriggerState | undefined;
  /** Where the version in force comes from. */
  origin(triggerId: string): TriggerOrigin | undefined;
  all(): IterableIterator<TriggerState>;
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

/** What one takes of the heap, in bytes: as an object, or compiled. Measured with ten conditions' shapes of each kind. */
const unpackedBytes = 2_400;

/** What is bounded is up to four times as many, which shall take no more than half of the heap. */
const standardUnpacked = (): number =>
  Math.floor(getHeapStatistics().heap_size_limit / 2 / (4 * unpackedBytes));

type ValidEvent = Extract<EventCheck, { ok: true }>;

const noKeys: SecretRules = { keyRing: emptyKeyRing, requireEncrypted: false };

function tenantOf(value: unknown): string | null {
  const tenantId = (value as { readonly tenantId?: unknown } | undefined)?.tenantId;
  return typeof tenantId === "string" ? tenantId : null;
}

/** Makes an empty table. */
export function createTriggerTable(options: TriggerTableOptions): TriggerTable {
  return new Table(options);
}

class Table implements TriggerTable {
  readonly #options: TriggerTableOptions;
  #catalog: FieldCatalog;
  readonly #packed = new PackedTriggers();
  readonly #unpacked: UnpackedTriggers;
  readonly #active: ActiveTenants;
  readonly #groups = new Map<string, TenantGroup>();
  readonly #refused = new RefusedEvents();
  readonly #tally = new StatusTally();

  constructor(options: TriggerTableOptions) {
    this.#options = options;
    this.#catalog = options.catalog;
    const most = options.mostUnpacked ?? standardUnpacked();
    this.#unpacked = new UnpackedTriggers(this.#packed, { ...options, most });
    this.#active = new ActiveTenants(most);
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

  applyTenant({ tenantId, value }: { tenantId: string; value: unknown }): Applied {
    if (value === null) {
      this.#setTenant(tenantId, undefined);
      return "deleted";
    }
    const checked = checkTenant(value);
    if (!checked.ok) return { refused: checked.problems };
    if (checked.tenant.tenantId !== tenantId) {
      return { refused: [{ path: "tenantId", message: wrongKey }] };
    }
    this.#setTenant(tenantId, checked.tenant);
    return "applied";
  }

  tenant(tenantId: string): TenantTriggers | undefined {
    const group = this.#groups.get(tenantId);
    if (group === undefined) return undefined;
    const active = group.active();
    // What finds them takes as much as one of them.
    this.#active.use(group, active.triggers.length + 1);
    return active.triggers.length === 0 ? undefined : active;
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
    for (const group of this.#groups.values())
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
    for (const group of this.#groups.values()) group.giveUp();
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
    return { ...this.#tally.counts(), refused: this.#refused.size };
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
    return { trigger, status: this.#group(trigger.tenantId).statusOf(number), offset };
  }

  #group(tenantId: string): TenantGroup {
    let group = this.#groups.get(tenantId);
    if (group === undefined) {
      group = new TenantGroup(this.#unpacked);
      // A copy: it may be cut out of a larger text, all of which would be kept.
      this.#groups.set(Buffer.from(tenantId).toString(), group);
    }
    return group;
  }

  #changed(tenantId: string, group: TenantGroup): void {
    this.#tally.changed(group);
    if (group.isEmpty) this.#groups.delete(tenantId);
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
    const group = this.#group(tenantId);
    if (before === undefined) group.add(number);
    else group.changed(number, wasEnabled);
    this.#changed(tenantId, group);
  }

  #remove(triggerId: string): void {
    const number = this.#packed.numberOf(triggerId);
    if (number === undefined) return;
    const { tenantId } = this.#packed.trigger(number);
    const group = this.#group(tenantId);
    group.remove(number, this.#packed.standing(number).enabled);
    this.#packed.remove(triggerId);
    this.#unpacked.forget(number);
    this.#changed(tenantId, group);
  }

  #setTenant(tenantId: string, tenant: Tenant | undefined): void {
    const group = this.#group(tenantId);
    group.setTenant(tenant);
    this.#changed(tenantId, group);
  }
}
