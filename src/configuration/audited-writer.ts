import type { Principal } from "../access/principal.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";

/** Who changed something: somebody, or the service by itself. */
export interface Actor extends Pick<Principal, "id" | "name"> {
  readonly role: Principal["role"] | "service";
}

/** What is told of a change, besides when it was. */
export interface Change {
  readonly by: Actor;
  readonly action: ChangeRecord["action"];
  readonly tenantId: string | null;
  readonly triggerId?: string;
  readonly subject?: string;
  readonly properties?: readonly string[];
}

/** Port: writes what somebody changed together with who did it, so that neither is there without the other. */
export interface AuditedWriter {
  /**
   * Writes the records, and what is told of them, in one transaction; none: only what is told. Resolves with where the
   * records stand. Rejects with CONFIG_UNWRITTEN where the brokers don't take it in time, CONFIG_IN_DOUBT where it can't be
   * known whether they have, RECORD_TOO_LARGE, and WRITER_CLOSED once the writer was closed.
   */
  write(records: readonly OutgoingRecord[], change: Change): Promise<readonly CommittedOffset[]>;
}
