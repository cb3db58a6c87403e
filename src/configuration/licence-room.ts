import { OnhookError } from "../errors.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { LaterVersions } from "./later-versions.ts";

type Counted = Pick<TriggerStore, "countsOf" | "licence">;

function triggersOf(store: Counted, tenantId: string): number {
  return Object.values(store.countsOf(tenantId) ?? {}).reduce((a, b) => a + b, 0);
}

/** Throws LICENCE_EXCEEDED where the tenant may have no more than so many triggers. */
export function requireRoom(
  store: Counted,
  tenantId: string,
  triggers = triggersOf(store, tenantId),
): void {
  const maxTriggers = store.licence(tenantId)?.tenant.maxTriggers ?? null;
  if (maxTriggers !== null && triggers >= maxTriggers)
    throw new OnhookError("LICENCE_EXCEEDED", { triggers, maxTriggers });
}

/** How many triggers of its tenant stood before a trigger was created. */
export interface Standing extends Disposable {
  /** Before the event at that offset, which creates it; undefined where no such event was taken on. */
  before(offset: number): number | undefined;
}

/**
 * Notes at each event of a trigger how many its tenant has, from now on and until it is disposed of. The store may have
 * read far beyond an event by the time that its writer hears where it stands; so it has to be counted when it comes.
 */
export function watchStanding<T>(
  later: LaterVersions<T>,
  store: Counted,
  { tenantId, triggerId }: { readonly tenantId: string; readonly triggerId: string },
): Standing {
  const counts = new Map<number, number>();
  const watching = later.watch(triggerId, ({ offset, version }) => {
    // Whoever creates is among those that there are.
    if (version !== null) counts.set(offset, triggersOf(store, tenantId) - 1);
  });
  return {
    before: (offset) => counts.get(offset),
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
