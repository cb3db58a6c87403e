/** The longest id that is a label. */
const longestLabel = 100;

/** Of all tenants that have no label of their own; one whose id it is has none, or it could not be told from them. */
const others = "other";

/** The tenants that metrics name: the first that come, up to a limit; all others share one name. */
export class TenantLabels {
  readonly #most: number;
  readonly #named = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether tenants are counted at all. */
  get isOn(): boolean {
    return this.#most > 0;
  }

  of(tenantId: string): string {
    if (this.#named.has(tenantId)) return tenantId;
    // A damaged id is a new one each time, and one that is long fills the page.
    const isNameable =
      tenantId !== others && tenantId.length <= longestLabel && !/[\p{Cc}\uFFFD]/u.test(tenantId);
    if (!isNameable || this.#named.size >= this.#most) return others;
    this.#named.add(tenantId);
    return tenantId;
  }
}
