import type { Problem } from "./trigger.ts";

/** An event that was refused. */
export interface RefusedTrigger {
  readonly triggerId: string;
  /** The tenant that the event names; null where it names none. */
  readonly tenantId: string | null;
  readonly offset: number;
  readonly problems: readonly Problem[];
}

export interface RefusedEvent extends RefusedTrigger {
  readonly value: unknown;
}

/** The tenant that an event names, whatever else it says; null: none. */
export function tenantOf(value: unknown): string | null {
  const tenantId = (value as { readonly tenantId?: unknown } | undefined)?.tenantId;
  return typeof tenantId === "string" ? tenantId : null;
}

/** More refused events in a row of one trigger would be a writer that has gone wild; the oldest are forgotten. */
const mostKept = 8;

/** Whether only its conditions are wrong: the rest does not depend on the schema of calls, so no later one can mend it. */
function mayPass({ problems }: RefusedEvent): boolean {
  return problems.every(({ path }) => path.startsWith("filters["));
}

/** What may be shown of it: the value has the secrets. */
function withoutValue({ triggerId, tenantId, offset, problems }: RefusedEvent): RefusedTrigger {
  return { triggerId, tenantId, offset, problems };
}

/**
 * The events of each trigger that were refused since its last valid one. Not the newest alone: where a later schema of
 * calls makes one before it valid, that one is the last valid version, here as in a process that knew the schema sooner.
 */
export class RefusedEvents {
  readonly #byId = new Map<string, readonly RefusedEvent[]>();

  get size(): number {
    return this.#byId.size;
  }

  add(event: RefusedEvent): void {
    const { triggerId, offset } = event;
    const earlier = (this.#byId.get(triggerId) ?? []).filter(
      (each) => each.offset < offset && mayPass(each),
    );
    this.#byId.set(triggerId, [...earlier.slice(1 - mostKept), event]);
  }

  /** A valid event or a deletion has come after them. */
  forget(triggerId: string): void {
    this.#byId.delete(triggerId);
  }

  get(triggerId: string): RefusedTrigger | undefined {
    const last = this.#byId.get(triggerId)?.at(-1);
    return last && withoutValue(last);
  }

  /** The newest of each trigger. */
  *newest(): IterableIterator<RefusedTrigger> {
    for (const events of this.#byId.values()) {
      const last = events.at(-1);
      if (last !== undefined) yield withoutValue(last);
    }
  }

  /** The newest of a trigger up to that offset which a process with a later schema of calls may have taken. */
  inDoubt(triggerId: string, offset: number): RefusedEvent | undefined {
    return this.#byId.get(triggerId)?.findLast((event) => event.offset <= offset && mayPass(event));
  }

  /**
   * Another chance for all. `check` gives what is wrong with an event now, or null when it has passed; it is asked from
   * the newest back, and what came before the one that passes is forgotten.
   */
  recheck(check: (event: RefusedEvent) => readonly Problem[] | null): void {
    for (const [triggerId, events] of this.#byId) {
      const still: RefusedEvent[] = [];
      for (const event of events.toReversed()) {
        const problems = check(event);
        if (problems === null) break;
        still.unshift({ ...event, problems });
      }
      if (still.length === 0) this.#byId.delete(triggerId);
      else this.#byId.set(triggerId, still);
    }
  }
}
