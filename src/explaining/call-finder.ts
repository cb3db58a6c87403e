import { OnhookError } from "../errors.ts";
import type { History } from "../history/history.ts";
import type { RecentCalls } from "../history/recent-calls.ts";
import type { Clock } from "../runtime/clock.ts";
import { FairTurns } from "../runtime/fair-turns.ts";
import { callAt, readCall } from "./find-calls.ts";
import type { CallSource, FoundCall } from "./find-calls.ts";
import { searchBack } from "./search-back.ts";

export interface CallFinderDeps {
  readonly recentCalls: Pick<RecentCalls, "find">;
  readonly history: Pick<History, "keptCall" | "deliveries">;
  readonly source: Omit<CallSource, "signal">;
  /** How long the topic is searched, in ms. */
  readonly searchMs: number;
  readonly clock: Clock;
}

/** Where a call may stand in its topic. */
export interface CallPosition {
  readonly cdrPartition: number;
  readonly cdrOffset: number;
}

/** Where the topic is searched, ms since the epoch; left out: the last day. */
export interface SearchTime {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const dayMs = 86_400_000;

/** Searches of the topic at a time, one of each tenant; so many more may wait, in all and of each. */
const searches = [2, 10, 2] as const;
/** How soon one of those that wait may have ended, in s. */
const retryAfterSeconds = 5;

/** Finds a tenant's calls wherever they still are. What is another tenant's is not found, and nobody learns that it is there. */
export class CallFinder {
  readonly #deps: CallFinderDeps;
  readonly #turns = new FairTurns(...searches);

  constructor(deps: CallFinderDeps) {
    this.#deps = deps;
  }

  /** The call, whole: a recent one, a kept one, one that a delivery tells the place of, or one of the topic. Rejects with CALL_NOT_FOUND, CALL_SEARCHES_EXCEEDED. */
  async find(
    tenantId: string,
    cdrId: string,
    time: SearchTime,
    signal: AbortSignal,
  ): Promise<FoundCall> {
    const near = await this.#near(tenantId, cdrId);
    if (near !== null) return near;
    const { items } = await this.#deps.history.deliveries({ tenantId, cdrId, limit: 1 });
    const placed = items[0] && (await this.#at(tenantId, cdrId, items[0], signal));
    if (placed) return placed;
    const refuse = (): Error => new OnhookError("CALL_SEARCHES_EXCEEDED", { retryAfterSeconds });
    const search = async (): Promise<FoundCall> => this.#search(tenantId, cdrId, time, signal);
    return this.#turns.take(tenantId, search, refuse);
  }

  /** The call of a delivery; null where it is not kept any more. The topic is not searched: the delivery says where it stood. */
  async ofDelivery(
    delivery: CallPosition & { readonly tenantId: string; readonly cdrId: string },
    signal: AbortSignal,
  ): Promise<FoundCall | null> {
    const { tenantId, cdrId } = delivery;
    return (
      (await this.#near(tenantId, cdrId)) ?? (await this.#at(tenantId, cdrId, delivery, signal))
    );
  }

  async #near(tenantId: string, cdrId: string): Promise<FoundCall | null> {
    const { recentCalls, history, source } = this.#deps;
    const record = recentCalls.find(tenantId, cdrId) ?? (await history.keptCall(tenantId, cdrId));
    return record === null ? null : readCall(record, source.schemas);
  }

  /** Null where another call stands there by now: the topic may have been made anew. */
  async #at(
    tenantId: string,
    cdrId: string,
    { cdrPartition, cdrOffset }: CallPosition,
    signal: AbortSignal,
  ): Promise<FoundCall | null> {
    try {
      const found = await callAt({ ...this.#deps.source, signal }, cdrPartition, cdrOffset);
      const isIt = found.call.tenantId === tenantId && found.call.cdr.id === cdrId;
      return isIt ? found : null;
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      return null;
    }
  }

  async #search(
    tenantId: string,
    cdrId: string,
    { from, to }: SearchTime,
    signal: AbortSignal,
  ): Promise<FoundCall> {
    const { clock, searchMs, source } = this.#deps;
    const end = to ?? clock.now() + 1;
    const range = { from: from ?? end - dayMs, to: end };
    const timeUp = clock.now() + searchMs;
    const isOver = (): boolean => clock.now() >= timeUp;
    const wanted = { tenantId, cdrId };
    const searched = await searchBack({ ...source, signal }, wanted, range, isOver);
    if (searched.found !== null) return searched.found;
    const [begun, ended] = [searched.from, range.to].map((ms) => new Date(ms).toISOString());
    const span = `no call of this tenant with that id came from ${begun} to ${ended}`;
    const problem =
      searched.from > range.from
        ? `${span}, and there was no time to look further back; give \`to\`, or \`from\` nearer to it`
        : `${span}; give \`from\` and \`to\` to look at another time`;
    throw new OnhookError("CALL_NOT_FOUND", { topic: source.topic, problem });
  }
}
