import { ByteShelf } from "../triggers/byte-shelf.ts";
import type { CallPlace, RecentCall, RecentCalls } from "./recent-calls.ts";
import { TimeBuckets } from "./time-buckets.ts";
import type { Timed } from "./time-buckets.ts";

export interface RecentWindowOptions {
  /** Of each tenant; 0: none at all. */
  readonly callsPerTenant: number;
  /** Of all tenants together. */
  readonly maxBytes: number;
  /** What came earlier is forgotten, however quiet its tenant, in ms. */
  readonly maxAgeMs: number;
}

/** A call that is held. Its bytes are on the shelf, under its number. */
interface Held extends CallPlace, Timed {
  readonly tenant: Tenant;
  readonly cdrId: string;
  readonly number: number;
  readonly bytes: number;
}

interface Tenant {
  readonly id: string;
  /** The oldest first. */
  readonly calls: Held[];
  /** By the ids of calls: the only one of an id, or all of them. To look through the list would take as long as it is. */
  readonly byId: Map<string, Held | Held[]>;
}

/** About what a call takes beside its bytes, and how many times these, with the gaps that calls leave that have gone. */
const overheadBytes = 200;
const gapFactor = 1.5;

/** Below 0: `a` is the older one. */
function order(a: CallPlace, b: CallPlace): number {
  return a.timestamp - b.timestamp || a.partition - b.partition || a.offset - b.offset;
}

/**
 * The last calls of each tenant. Calls come in nearly the order of their times, so that each is put at or near the end of
 * its tenant's, and which call of all tenants is the oldest is told by buckets of a minute: what it costs to add a call
 * does not grow with how many there are. Within a minute of the oldest, that which came first to this process goes first.
 */
export class RecentWindow implements RecentCalls {
  readonly #options: RecentWindowOptions;
  readonly #tenants = new Map<string, Tenant>();
  readonly #buckets = new TimeBuckets<Held>();
  readonly #shelf = new ByteShelf();
  readonly #freeNumbers: number[] = [];
  #lastNumber = -1;
  #count = 0;
  #bytes = 0;

  constructor(options: RecentWindowOptions) {
    this.#options = options;
  }

  /** How many there are, and about what they take. */
  get size(): { readonly calls: number; readonly bytes: number } {
    return { calls: this.#count, bytes: this.#bytes };
  }

  /** Takes a copy of the call. One that is held already is passed over. `now`: ms since the epoch. */
  add(call: RecentCall, now: number): void {
    const { callsPerTenant, maxBytes, maxAgeMs } = this.#options;
    if (callsPerTenant === 0 || call.timestamp < now - maxAgeMs) return;
    const known = this.#tenants.get(call.tenantId);
    const calls = known?.calls ?? [];
    const at = placeOf(call, calls);
    const before = calls[at - 1];
    if (before !== undefined && order(before, call) === 0) return;
    if (at === 0 && calls.length >= callsPerTenant) return;
    const held = this.#hold(call, known ?? this.#newTenant(call.tenantId, calls));
    if (at === calls.length) calls.push(held);
    else calls.splice(at, 0, held);
    if (calls.length > callsPerTenant) this.#drop(calls.shift() as Held);
    for (let oldest = this.#buckets.oldest(); oldest !== undefined;) {
      if (this.#bytes <= maxBytes && oldest.timestamp >= now - maxAgeMs) break;
      this.#forget(oldest);
      oldest = this.#buckets.oldest();
    }
  }

  newest(tenantId: string, limit: number, before?: CallPlace): readonly RecentCall[] {
    const calls = this.#tenants.get(tenantId)?.calls ?? [];
    const older = (held: Held): boolean => before === undefined || order(held, before) < 0;
    const end = calls.findLastIndex(older) + 1;
    const found = calls.slice(Math.max(0, end - limit), end);
    return found.toReversed().map((held) => this.#toCall(held));
  }

  find(tenantId: string, cdrId: string): RecentCall | undefined {
    const held = this.#tenants.get(tenantId)?.byId.get(cdrId);
    if (held === undefined) return undefined;
    return this.#toCall(Array.isArray(held) ? held.reduce(newerOf) : held);
  }

  #newTenant(id: string, calls: Held[]): Tenant {
    const tenant = { id, calls, byId: new Map() };
    this.#tenants.set(id, tenant);
    return tenant;
  }

  #hold({ cdrId, value, partition, offset, timestamp }: RecentCall, tenant: Tenant): Held {
    const number = this.#freeNumbers.pop() ?? (this.#lastNumber += 1);
    this.#shelf.put(number, value);
    const bytes = Math.ceil(value.length * gapFactor) + overheadBytes;
    const place = { partition, offset, timestamp };
    const held = { tenant, cdrId, number, bytes, ...place, isGone: false };
    const sameId = tenant.byId.get(cdrId);
    // Grown in place: ids that come again and again are many where a platform does not keep them apart.
    if (Array.isArray(sameId)) sameId.push(held);
    else tenant.byId.set(cdrId, sameId === undefined ? held : [sameId, held]);
    this.#buckets.add(held);
    this.#count += 1;
    this.#bytes += bytes;
    return held;
  }

  /** Of one that is in its tenant's list no more. */
  #drop(held: Held): void {
    const { byId } = held.tenant;
    const sameId = byId.get(held.cdrId);
    if (Array.isArray(sameId) && sameId.length > 1) sameId.splice(sameId.indexOf(held), 1);
    else byId.delete(held.cdrId);
    this.#shelf.remove(held.number);
    this.#freeNumbers.push(held.number);
    this.#buckets.remove(held);
    this.#count -= 1;
    this.#bytes -= held.bytes;
  }

  #forget(held: Held): void {
    const { tenant } = held;
    tenant.calls.splice(tenant.calls.indexOf(held), 1);
    if (tenant.calls.length === 0) this.#tenants.delete(tenant.id);
    this.#drop(held);
  }

  #toCall({ tenant, cdrId, number, partition, offset, timestamp }: Held): RecentCall {
    // The shelf's own bytes may be moved by the next call.
    const value = Buffer.from(this.#shelf.get(number) ?? []);
    return { tenantId: tenant.id, cdrId, value, partition, offset, timestamp };
  }
}

const newerOf = (a: Held, b: Held): Held => (order(a, b) > 0 ? a : b);

/** Behind how many of the calls it belongs; sought from the end, where it nearly always is. */
function placeOf(call: CallPlace, calls: readonly CallPlace[]): number {
  let at = calls.length;
  while (at > 0 && order(calls[at - 1] as CallPlace, call) > 0) at -= 1;
  return at;
}
