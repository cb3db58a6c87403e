/** The two tables that each process keeps whole. */
export type StoreTable = "triggers" | "tenants";

/** States of a trigger. `refused`: its latest event is not valid; the last valid version, if there was one, stays. */
export const triggerStates = [
  "active",
  "disabled",
  "over-licence",
  "suspended",
  "refused",
] as const;
export type TriggerState = (typeof triggerStates)[number];

/** What the stores of triggers and tenants say when their contents change. */
export type StoreEvent =
  | {
      readonly type: "store.applied";
      readonly table: StoreTable;
      /** triggerId or tenantId. */
      readonly key: string;
      readonly offset: number;
      readonly result: "applied" | "deleted" | "refused";
      /** Why it was refused: properties and rules, never values. */
      readonly problems?: readonly string[];
    }
  | {
      /** From an event's append to its taking effect here. Not said of what is read at start. */
      readonly type: "store.propagated";
      readonly table: StoreTable;
      readonly seconds: number;
    }
  | { readonly type: "triggers.counted"; readonly counts: Readonly<Record<TriggerState, number>> };
