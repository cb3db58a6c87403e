import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { emptyKeyRing } from "../secrets/key-ring.ts";
import { ActiveTenants } from "./active-tenants.ts";
import { checkEvent, checkReadEvent, wrongKey } from "./check-event.ts";
import type { EventCheck } from "./check-event.ts";
import type { TriggerRules } from "./check-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { PackedTriggers } from "./packed-triggers.ts";
import { RefusedEvents } from "./refused-events.ts";
import type { RefusedTrigger } from "./refused-events.ts";
import { checkTenant } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";
import { TenantGroup, triggerStatuses } from "./tenant-triggers.ts";
import type {
  StatusCounts,
  TenantTriggers,
  TriggerOrigin,
  TriggerStatus,
} from "./tenant-triggers.ts";
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
export interface TriggerEvent {
  readonly triggerId: string;
  /** The trigger as it was decoded, with whatever is wrong with it; null deletes. */
  readonly value: unknown;
  readonly offset: number;
  /** The Avro body that `readTrigger` has read the value from, where it has. A copy is kept. */
  readonly bytes?: Buffer;
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
   * four times as many do. The others are kept as bytes.
   */
  readonly mostUnpacked?: number;
}

/** Of some 2 kB each. */
const standardUnpacked = 65_536;

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
  /** The sum over all groups but those in `#uncounted`, so that counting costs only what has changed. */
  readonly #counted: StatusCounts = { active: 0, disabled: 0, "over-licence": 0, suspended: 0 };
  readonly #uncounted = new Set<TenantGroup>();

  constructor(options: TriggerTableOptions) {
    this.#options = options;
    this.#catalog = options.catalog;
    const most = options.mostUnpacked ?? standardUnpacked;
    this.#unpacked = new UnpackedTriggers(this.#packed, { ...options, most });
    this.#active = new ActiveTenants(most);
  }

  applyTrigger({ triggerId, value, offset, bytes }: TriggerEvent): Applied {
    if (value === null) {
      this.#refused.forget(triggerId);
      this.#remove(triggerId);
      return "deleted";
    }
    const checked =
      bytes === undefined
        ? { ...this.#check(triggerId, value), asRead: false }
        : checkReadEvent(triggerId, value as Trigger, this.#rules, this.#secrets);
    if (!checked.ok) {
      const { problems } = checked;
      this.#refused.add({ triggerId, tenantId: tenantOf(value), offset, problems, value });
      return { refused: problems };
    }
    this.#refused.forget(triggerId);
    this.#put(checked, offset, checked.asRead ? bytes : undefined);
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
      this.#put(checked, offset, undefined);
      taken.push({ triggerId, offset });
      return null;
    });
    return taken;
  }

  counts(): TriggerCounts {
    for (const group of this.#uncounted) {
      group.counted = group.counts();
      for (const status of triggerStatuses) this.#counted[status] += group.counted[status];
    }
    this.#uncounted.clear();
    return { ...this.#counted, refused: this.#refused.size };
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
    const group = this.#groups.get(tenantId) ?? new TenantGroup(this.#unpacked);
    this.#groups.set(tenantId, group);
    return group;
  }

  #changed(tenantId: string, group: TenantGroup): void {
    if (group.counted !== null) {
      for (const status of triggerStatuses) this.#counted[status] -= group.counted[status];
      group.counted = null;
    }
    if (group.isEmpty) {
      this.#uncounted.delete(group);
      this.#groups.delete(tenantId);
    } else {
      this.#uncounted.add(group);
    }
  }

  /** `bytes`: the trigger's Avro body, where there is one that says the same. */
  #put({ trigger, keys }: ValidEvent, offset: number, bytes: Buffer | undefined): void {
    const { triggerId, tenantId, enabled } = trigger;
    const before = this.#packed.numberOf(triggerId);
    const wasEnabled = before !== undefined && this.#packed.standing(before).enabled;
    const stays = before !== undefined && this.#packed.trigger(before).tenantId === tenantId;
    if (!stays) this.#remove(triggerId);
    const valid = { trigger, offset, enabled, keys, validBy: this.#catalog };
    const number = this.#packed.put(bytes === undefined ? valid : { ...valid, bytes });
    this.#unpacked.forget(number);
    const group = this.#group(tenantId);
    if (stays) group.changed(number, wasEnabled);
    else group.add(number);
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
