import { MalformedBytes } from "../avro/byte-cursor.ts";
import type { RecordCodec } from "../avro/record-codec.ts";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { ReadEvent } from "./check-event.ts";
import type { StoreEvent, StoreTable } from "./store-events.ts";
import type { StatusCounts } from "./tenant-triggers.ts";
import { TableProgress } from "./table-progress.ts";
import { glanceAtTrigger } from "./trigger-bytes.ts";
import type {
  RefusedTrigger,
  TenantLicence,
  TenantTriggers,
  TriggerOrigin,
  TriggerState,
  TriggerTable,
} from "./trigger-table.ts";
import type { Trigger } from "./trigger.ts";

export interface TriggerStoreDeps {
  readonly table: TriggerTable;
  /** Where it has `ownBody`, triggers of this version's schema are read without it, which takes a fraction of the time. */
  readonly triggers: Pick<RecordCodec<unknown>, "decode"> &
    Partial<Pick<RecordCodec<unknown>, "ownBody">>;
  readonly tenants: Pick<RecordCodec<unknown>, "decode">;
  /** Looks, soon, whether the registry has a later schema of calls, and tells `useCatalog` if so. Never rejects. */
  refreshCatalog(): Promise<void>;
  /** The same with a look that begins after the call, and waits for it. Rejects with what trying again can mend. */
  confirmCatalog(): Promise<void>;
  readonly clock: Clock;
  readonly emit: Emit<StoreEvent>;
}

type Decoded =
  | { readonly value: unknown }
  | { readonly read: ReadEvent }
  | { readonly problem: string };
type AppliedEvent = Extract<StoreEvent, { type: "store.applied" }>;

/**
 * Since a topic's end does not shrink, an offset that is beyond it for this long belongs to a topic that was deleted
 * and made again; the job is then acted on with what the new topic says. Ms.
 */
const beyondEndMs = 10_000;

/** The local store: the whole of both configuration topics, as far as they were read. */
export class TriggerStore {
  readonly #deps: TriggerStoreDeps;
  readonly #progress: Readonly<Record<StoreTable, TableProgress>>;

  constructor(deps: TriggerStoreDeps) {
    this.#deps = deps;
    const { clock } = deps;
    this.#progress = { triggers: new TableProgress(clock), tenants: new TableProgress(clock) };
  }

  /**
   * Takes on one event: most at once, else with a promise that rejects only with what trying again can mend
   * (REGISTRY_UNREACHABLE).
   */
  apply(name: StoreTable, record: LogRecord): Promise<void> | undefined {
    const read = this.#read(name, record);
    if (read === undefined) return this.#decodeAndTake(name, record);
    this.#take(name, record, read);
    return undefined;
  }

  async #decodeAndTake(name: StoreTable, record: LogRecord): Promise<void> {
    this.#take(name, record, await this.#decode(name, record));
  }

  /** The table and how far it is change in one go: who reads both in between would say of the new table that it is as old as the one before. */
  #take(name: StoreTable, record: LogRecord, decoded: Decoded): void {
    const { emit, clock, table } = this.#deps;
    const event = this.#put(name, record, decoded);
    this.#progress[name].takenOn(record.offset);
    emit(event);
    if (!this.#progress[name].caughtUp) return;
    const seconds = Math.max(0, clock.now() - record.timestamp) / 1000;
    emit({ type: "store.propagated", table: name, seconds });
    emit({ type: "triggers.counted", counts: table.counts() });
  }

  /** How far a topic was read, and how far it goes. */
  position(name: StoreTable, position: number, end: number): void {
    const progress = this.#progress[name];
    const wasCaughtUp = progress.caughtUp;
    progress.moved(position, end);
    if (progress.caughtUp && !wasCaughtUp) this.#count();
  }

  /** Takes on a later schema of calls; of events that it makes valid it is told anew, as applied. */
  useCatalog(catalog: FieldCatalog): void {
    const { table, emit } = this.#deps;
    for (const { triggerId: key, offset } of table.useCatalog(catalog))
      emit({ type: "store.applied", table: "triggers", key, offset, result: "applied" });
    this.#count();
  }

  /** Both tables were once read up to their ends. */
  get caughtUp(): boolean {
    return this.#progress.triggers.caughtUp && this.#progress.tenants.caughtUp;
  }

  /** Events that are not read yet. */
  lag(name: StoreTable): number {
    const { end, position } = this.#progress[name];
    return (end ?? position) - position;
  }

  async whenCaughtUp(signal: AbortSignal): Promise<void> {
    for (const progress of Object.values(this.#progress)) {
      await progress.until(() => progress.caughtUp, signal);
    }
  }

  /** Offset of the newest event of the triggers topic that the table holds; -1 when there is none. */
  get triggersOffset(): number {
    return this.#progress.triggers.applied;
  }

  /** Resolves when the event at that offset was taken on, or `signal` is aborted. */
  async applied(name: StoreTable, offset: number, signal: AbortSignal): Promise<void> {
    await this.#progress[name].until(() => this.#progress[name].applied >= offset, signal);
  }

  /** Resolves when the store is at least as new as that offset of the triggers topic, or `signal` is aborted. */
  async reached(offset: number, signal: AbortSignal): Promise<void> {
    const { triggers } = this.#progress;
    await triggers.untilOrEnd(() => triggers.applied >= offset, beyondEndMs, signal);
  }

  tenant(tenantId: string): TenantTriggers | undefined {
    return this.#deps.table.tenant(tenantId);
  }

  trigger(triggerId: string): TriggerState | undefined {
    return this.#deps.table.trigger(triggerId);
  }

  /** The event that the version in force was taken from. */
  origin(triggerId: string): TriggerOrigin | undefined {
    return this.#deps.table.origin(triggerId);
  }

  /** All triggers of a tenant, whatever their status. */
  triggersOf(tenantId: string): readonly TriggerState[] {
    return this.#deps.table.triggersOf(tenantId);
  }

  /** How many of a tenant's triggers have each status; undefined where it has neither triggers nor a licence. */
  countsOf(tenantId: string): StatusCounts | undefined {
    return this.#deps.table.countsOf(tenantId);
  }

  licence(tenantId: string): TenantLicence | undefined {
    return this.#deps.table.licence(tenantId);
  }

  /** The tenants that have triggers or a licence. */
  tenantIds(): IterableIterator<string> {
    return this.#deps.table.tenantIds();
  }

  /** What conditions are checked against. */
  get catalog(): FieldCatalog {
    return this.#deps.table.catalog;
  }

  all(): IterableIterator<TriggerState> {
    return this.#deps.table.all();
  }

  refused(triggerId: string): RefusedTrigger | undefined {
    return this.#deps.table.refused(triggerId);
  }

  refusedEvents(): IterableIterator<RefusedTrigger> {
    return this.#deps.table.refusedEvents();
  }

  /** As the table's: a trigger that was refused here and that another process may have taken by then. */
  inDoubt(triggerId: string, offset: number): Trigger | undefined {
    return this.#deps.table.inDoubt(triggerId, offset);
  }

  /**
   * Resolves when the schema of calls here is at least as new as any process had when this was called, so that what is
   * refused now was refused there too. Rejects while the registry can't be asked.
   */
  async settle(): Promise<void> {
    await this.#deps.confirmCatalog();
  }

  #count(): void {
    this.#deps.emit({ type: "triggers.counted", counts: this.#deps.table.counts() });
  }

  #put(name: StoreTable, { key: bytes, offset }: LogRecord, decoded: Decoded): AppliedEvent {
    const { table } = this.#deps;
    const key = bytes?.toString("utf8") ?? "";
    const about = { type: "store.applied", table: name, key, offset } as const;
    if (key === "")
      return { ...about, result: "refused", problems: ["the event's key is missing"] };
    if ("problem" in decoded) return { ...about, result: "refused", problems: [decoded.problem] };
    const result =
      "read" in decoded || name === "triggers"
        ? table.applyTrigger({ triggerId: key, ...decoded, offset })
        : table.applyTenant({ tenantId: key, ...decoded, offset });
    if (typeof result === "string") return { ...about, result };
    // A filter on a field that is unknown here may be on one of a later schema of calls. It is not waited for: with a
    // registry that hangs, each refused event would hold up all that come after it.
    if (name === "triggers") void this.#deps.refreshCatalog();
    const problems = result.refused.map(({ path, message }) => `${path} ${message}`);
    return { ...about, result: "refused", problems };
  }

  /** What can be read without asking anybody for a schema; undefined: it has to be decoded. */
  #read(name: StoreTable, { value }: LogRecord): Decoded | undefined {
    if (value === null) return { value };
    const bytes = name === "triggers" ? this.#deps.triggers.ownBody?.(value) : null;
    if (bytes == null) return undefined;
    try {
      return { read: { bytes, glance: glanceAtTrigger(bytes) } };
    } catch (error) {
      // The codec says what is wrong with it.
      if (error instanceof MalformedBytes) return undefined;
      throw error;
    }
  }

  async #decode(name: StoreTable, { value }: LogRecord): Promise<Decoded> {
    try {
      return { value: await this.#deps[name].decode(value) };
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      return { problem: `${error.code}: ${error.message}` };
    }
  }
}

export function createTriggerStore(deps: TriggerStoreDeps): TriggerStore {
  return new TriggerStore(deps);
}
