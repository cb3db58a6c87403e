import { ActiveTenants } from "./active-tenants.ts";
import { StatusTally } from "./status-tally.ts";
import { TenantGroup } from "./tenant-triggers.ts";
import type {
  StatusCounts,
  TenantLicence,
  TenantTriggers,
  TriggerSource,
} from "./tenant-triggers.ts";

/** All tenants that have a licence or triggers. */
export class TenantGroups {
  readonly #source: TriggerSource;
  readonly #groups = new Map<string, TenantGroup>();
  readonly #active: ActiveTenants;
  readonly #tally = new StatusTally();

  /** `most`: of how many triggers the compiled form is kept at least. */
  constructor(source: TriggerSource, most: number) {
    this.#source = source;
    this.#active = new ActiveTenants(most);
  }

  /** The tenant's group, made where there is none; to be followed by `changed`. */
  of(tenantId: string): TenantGroup {
    let group = this.#groups.get(tenantId);
    if (group === undefined) {
      group = new TenantGroup(this.#source);
      // A copy: it may be cut out of a larger text, all of which would be kept.
      this.#groups.set(Buffer.from(tenantId).toString(), group);
    }
    return group;
  }

  find(tenantId: string): TenantGroup | undefined {
    return this.#groups.get(tenantId);
  }

  changed(tenantId: string, group: TenantGroup): void {
    this.#tally.changed(group);
    if (group.isEmpty) this.#groups.delete(tenantId);
  }

  setLicence(tenantId: string, licence: TenantLicence | undefined): void {
    const group = this.of(tenantId);
    group.setLicence(licence);
    this.changed(tenantId, group);
  }

  /** What its calls are matched with; undefined where it has no active triggers. */
  active(tenantId: string): TenantTriggers | undefined {
    const group = this.#groups.get(tenantId);
    if (group === undefined) return undefined;
    const active = group.active();
    // What finds them takes as much as one of them.
    this.#active.use(group, active.triggers.length + 1);
    return active.triggers.length === 0 ? undefined : active;
  }

  ids(): IterableIterator<string> {
    return this.#groups.keys();
  }

  all(): IterableIterator<TenantGroup> {
    return this.#groups.values();
  }

  counts(): StatusCounts {
    return this.#tally.counts();
  }
}
