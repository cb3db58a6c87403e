import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { emptyKeyRing } from "../secrets/key-ring.ts";
import { checkEvent, wrongKey } from "./check-event.ts";
import type { EventCheck } from "./check-event.ts";
import { checkTrigger } from "./check-trigger.ts";
import type { TriggerRules } from "./check-trigger.ts";
import { compileTrigger } from "./compile-trigger.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { OnTypeMismatch } from "./condition.ts";
import { ConditionPools } from "./condition-pool.ts";
import { RefusedEvents } from "./refused-events.ts";
import type { RefusedTrigger } from "./refused-events.ts";
import { checkTenant } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";
import { TenantGroup, triggerStatuses } from "./tenant-triggers.ts";
import type {
  StatusCounts,
  TenantTriggers,
  TriggerEntry,
  TriggerOrigin,
  TriggerStatus,
} from "./tenant-triggers.ts";
import type { SecretRules } from "./trigger-secrets.ts";
import type { Problem, Trigger } from "./trigger.ts";

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

/**
 * What the compacted topics of triggers and tenants say, in memory. Each event is taken whole or refused whole, and what
 * it changes is worked out when it is next asked for, of its tenant alone.
 */
export interface TriggerTable {
  /**
   * Takes an event of the triggers' topic; null deletes. A refused event leaves the trigger's last valid version in force
   * and is kept until a later event for that id, or until a catalog makes it valid.
   */
  applyTrigger(event: {
    readonly triggerId: string;
    readonly value: unknown;
    readonly offset: number;
  }): Applied;
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
}

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
  readonly #pools = new ConditionPools();
  /** In whose group each trigger is. */
  readonly #groupOf = new Map<string, TenantGroup>();
  readonly #groups = new Map<string, TenantGroup>();
  readonly #refused = new RefusedEvents();
  /** The sum over all groups but those in `#uncounted`, so that counting costs only what has changed. */
  readonly #counted: StatusCounts = { active: 0, disabled: 0, "over-licence": 0, suspended: 0 };
  readonly #countsOf = new Map<TenantGroup, StatusCounts>();
  readonly #uncounted = new Set<TenantGroup>();

  constructor(options: TriggerTableOptions) {
    this.#options = options;
    this.#catalog = options.catalog;
  }

  applyTrigger(event: { triggerId: string; value: unknown; offset: number }): Applied {
    const { triggerId, value, offset } = event;
    if (value === null) {
      this.#refused.forget(triggerId);
      this.#remove(triggerId);
      return "deleted";
    }
    const checked = this.#check(triggerId, value);
    if (!checked.ok) {
      const { problems } = checked;
      this.#refused.add({ triggerId, tenantId: tenantOf(value), offset, problems, value });
      return { refused: problems };
    }
    this.#refused.forget(triggerId);
    this.#put(checked.trigger, { offset, keys: checked.keys });
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
    const active = this.#groups.get(tenantId)?.active();
    return active === undefined || active.triggers.length === 0 ? undefined : active;
  }

  trigger(triggerId: string): TriggerState | undefined {
    const group = this.#groupOf.get(triggerId);
    const entry = group?.entry(triggerId);
    return group && entry && stateOf(group, entry);
  }

  origin(triggerId: string): TriggerOrigin | undefined {
    return this.#groupOf.get(triggerId)?.entry(triggerId);
  }

  *all(): IterableIterator<TriggerState> {
    for (const group of this.#groups.values()) {
      for (const entry of group.entries()) yield stateOf(group, entry);
    }
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
    for (const group of this.#groups.values()) group.recompile();
    const taken: TakenLater[] = [];
    this.#refused.recheck(({ triggerId, offset, value }) => {
      const checked = this.#check(triggerId, value);
      if (!checked.ok) return checked.problems;
      this.#put(checked.trigger, { offset, keys: checked.keys });
      taken.push({ triggerId, offset });
      return null;
    });
    return taken;
  }

  counts(): TriggerCounts {
    for (const group of this.#uncounted) {
      const counts = group.counts();
      this.#countsOf.set(group, counts);
      for (const status of triggerStatuses) this.#counted[status] += counts[status];
    }
    this.#uncounted.clear();
    return { ...this.#counted, refused: this.#refused.size };
  }

  get #rules(): TriggerRules {
    return { catalog: this.#catalog, allowHttp: this.#options.allowHttp };
  }

  #check(triggerId: string, event: unknown): EventCheck {
    return checkEvent(triggerId, event, this.#rules, this.#options.secrets ?? noKeys);
  }

  #group(tenantId: string): TenantGroup {
    let group = this.#groups.get(tenantId);
    if (group === undefined) {
      group = new TenantGroup(this.#options.onTypeMismatch);
      this.#groups.set(tenantId, group);
    }
    return group;
  }

  #changed(tenantId: string, group: TenantGroup): void {
    const counts = this.#countsOf.get(group);
    if (counts !== undefined) {
      for (const status of triggerStatuses) this.#counted[status] -= counts[status];
      this.#countsOf.delete(group);
    }
    if (group.isEmpty) {
      this.#uncounted.delete(group);
      this.#groups.delete(tenantId);
    } else {
      this.#uncounted.add(group);
    }
  }

  #put(trigger: Trigger, origin: TriggerOrigin): void {
    const { triggerId, tenantId } = trigger;
    const group = this.#group(tenantId);
    if (this.#groupOf.get(triggerId) !== group) this.#remove(triggerId);
    this.#groupOf.set(triggerId, group);
    group.put(this.#entry(trigger, origin));
    this.#changed(tenantId, group);
  }

  #remove(triggerId: string): void {
    const group = this.#groupOf.get(triggerId);
    const trigger = group?.get(triggerId);
    if (group === undefined || trigger === undefined) return;
    this.#groupOf.delete(triggerId);
    group.remove(triggerId);
    this.#changed(trigger.tenantId, group);
  }

  #setTenant(tenantId: string, tenant: Tenant | undefined): void {
    const group = this.#group(tenantId);
    group.setTenant(tenant);
    this.#changed(tenantId, group);
  }

  /**
   * A trigger that the newest catalog would refuse (its field is gone from the schema, or of another type now) goes on
   * with the catalog that it was valid by: CDRs of that schema version may still come.
   */
  #entry(trigger: Trigger, origin: TriggerOrigin): TriggerEntry {
    let validBy = this.#catalog;
    let checkedBy = validBy;
    let compiled: CompiledTrigger | undefined;
    return {
      trigger,
      ...origin,
      compiled: () => {
        if (compiled !== undefined && checkedBy === this.#catalog) return compiled;
        if (checkedBy !== this.#catalog) {
          checkedBy = this.#catalog;
          if (checkTrigger(trigger, this.#rules).ok) validBy = checkedBy;
        }
        const pool = this.#pools.of(validBy);
        compiled = compileTrigger(trigger, validBy, this.#options.onTypeMismatch, pool);
        return compiled;
      },
    };
  }
}

function stateOf(group: TenantGroup, { trigger, offset }: TriggerEntry): TriggerState {
  return { trigger, status: group.statusOf(trigger), offset };
}
