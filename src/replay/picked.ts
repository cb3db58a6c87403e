import type { LogRecord, OutgoingRecord } from "../log/log-record.ts";

/** Why a record that a replay is about can't be replayed. */
export const skipReasons = ["undecodable", "cut", "too-large"] as const;
export type SkipReason = (typeof skipReasons)[number];

/** What a replay makes of one record that it reads. */
export type Picked =
  /** None that it is about. */
  | { readonly kind: "other" }
  | { readonly kind: "job"; readonly job: OutgoingRecord }
  | { readonly kind: "skipped"; readonly reason: SkipReason };

/** Rejects only with what trying again can mend. */
export type PickRecord = (record: LogRecord) => Promise<Picked>;

export const other: Picked = { kind: "other" };
