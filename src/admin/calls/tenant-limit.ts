import { OnhookError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";

const minuteMs = 60_000;

/** How often tenants may do something in any minute; who is refused has done nothing. */
export class TenantLimit {
  readonly #perMinute: number;
  readonly #clock: Clock;
  /** When each of the last minute's was, by tenant. */
  readonly #taken = new Map<string, number[]>();

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Throws TEST_SENDS_EXCEEDED. */
  take(tenantId: string): void {
    const now = this.#clock.now();
    for (const [tenant, times] of this.#taken)
      if ((times.at(-1) ?? 0) <= now - minuteMs) this.#taken.delete(tenant);
    const recent = (this.#taken.get(tenantId) ?? []).filter((at) => at > now - minuteMs);
    const [first] = recent;
    if (first !== undefined && recent.length >= this.#perMinute) {
      const retryAfterSeconds = Math.ceil((first + minuteMs - now) / 1000);
      throw new OnhookError("TEST_SENDS_EXCEEDED", { limit: this.#perMinute, retryAfterSeconds });
    }
    this.#taken.set(tenantId, [...recent, now]);
  }
}
