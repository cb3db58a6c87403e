import { triggerStatuses } from "./tenant-triggers.ts";
import type { StatusCounts, TenantGroup } from "./tenant-triggers.ts";

/** How many triggers of all tenants have each status; to ask for it costs only what has changed since it was asked for last. */
export class StatusTally {
  /** The sum over all groups but those in `#uncounted`. */
  readonly #counted: StatusCounts = { active: 0, disabled: 0, "over-licence": 0, suspended: 0 };
  readonly #uncounted = new Set<TenantGroup>();

  changed(group: TenantGroup): void {
    if (group.counted !== null) {
      for (const status of triggerStatuses) this.#counted[status] -= group.counted[status];
      group.counted = null;
    }
    if (group.isEmpty) this.#uncounted.delete(group);
    else this.#uncounted.add(group);
  }

  counts(): StatusCounts {
    for (const group of this.#uncounted) {
      group.counted = group.counts();
      for (const status of triggerStatuses) this.#counted[status] += group.counted[status];
    }
    this.#uncounted.clear();
    return { ...this.#counted };
  }
}
