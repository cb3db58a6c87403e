import type { CallEnded } from "../cdr/call-ended.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import { jobIdOf } from "../jobs/job-id.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { FindingKind } from "./audit-report.ts";
import type { Books, CallResult } from "./books.ts";
import type { JobStanding } from "./job-end.ts";
import type { JobEntry, JobLedger, JobRow } from "./job-ledger.ts";
import { expectationOf, judgeCall } from "./judge-call.ts";
import type { MatchEvidence } from "./match-evidence.ts";
import type { Possible } from "./possible-triggers.ts";
import type { Quarantine } from "./quarantine.ts";
import { isTold } from "./removed.ts";
import type { Removed } from "./removed.ts";

export interface CallAuditorDeps {
  readonly schemas: Pick<CallSchemas, "peek">;
  readonly evidence: MatchEvidence;
  readonly ledger: JobLedger;
  readonly quarantine: Quarantine;
  readonly books: Books;
  readonly removed: Removed;
  /** Whether the match group is past that call. */
  readonly isRead: (partition: number, offset: number) => boolean;
  readonly standingOf: (entry: JobEntry) => JobStanding;
  /** Ms since the epoch. */
  readonly now: number;
}

/** A call as far as it can be read. */
interface ReadCall {
  readonly tenantId: string | null;
  readonly call: CallEnded | null;
}

const unreadable: ReadCall = { tenantId: null, call: null };

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof OnhookError) return null;
    throw error;
  }
}

/** Accounts for calls, one at a time, each partition in its order, once all else is read. */
export class CallAuditor {
  readonly #deps: CallAuditorDeps;
  /** Timestamp of the earliest call, ms since the epoch; Infinity while there is none. */
  firstAt = Infinity;

  constructor(deps: CallAuditorDeps) {
    this.#deps = deps;
  }

  /** The call's schema must be loaded. */
  call(record: LogRecord): void {
    const { ledger, books, isRead, quarantine } = this.#deps;
    const { partition, offset, timestamp } = record;
    this.firstAt = Math.min(this.firstAt, timestamp);
    const rows = ledger.rowsOf(partition, offset);
    for (const row of rows) row.hasCall = true;
    if (!isRead(partition, offset)) {
      books.call("unread");
      return;
    }
    const { tenantId, call } = this.#read(record);
    const found: Found = { record, tenantId, cdrId: call?.cdr.id ?? null, rows };
    this.#listLost(found);
    const quarantined = quarantine.of(partition, offset);
    if (quarantined !== undefined) {
      if (quarantined.count > 1 || rows.some(({ replay }) => !replay))
        this.#list("call-doubled", found);
      books.quarantined(quarantined.code);
      books.call("quarantined");
      return;
    }
    books.call(call === null ? this.#unread(found) : this.#judge(call, found));
  }

  #read({ value }: LogRecord): ReadCall {
    if (value === null || value.length < 5 || value[0] !== 0) return unreadable;
    const schema = this.#deps.schemas.peek(value.readInt32BE(1));
    if (schema === undefined || schema instanceof OnhookError) return unreadable;
    const call = attempt(() => schema.whole(value));
    return { tenantId: call?.tenantId ?? attempt(() => schema.tenantIdOf(value)), call };
  }

  #possible({ record: { partition, offset, timestamp }, rows }: Found, tenantId: string): Possible {
    const { ledger, evidence, now } = this.#deps;
    const [before, after] = [
      ledger.lastMade(partition, offset),
      ledger.nextMade(partition, offset),
    ];
    const latest = Math.min(now, after?.at ?? now);
    const own = rows.filter(({ replay }) => !replay);
    const around = before !== undefined && after !== undefined ? [before, after] : [];
    return evidence.possible({
      tenantId,
      latest,
      // A time of the platform's that is later than the match is none.
      earliest: Math.min(timestamp, latest),
      between: (own.length > 0 ? own : around).map(({ triggersOffset }) => triggersOffset),
      isOwn: own.length > 0,
    });
  }

  /** A call that can't be read must be in quarantine, unless no trigger of its tenant was there to look at it. */
  #unread(found: Found): CallResult {
    const { tenantId, record, rows } = found;
    if (rows.length > 0) return "unsettled";
    if (tenantId !== null) {
      const { sets, unknown, anyMayHaveBeen } = this.#possible(found, tenantId);
      const isOpen = unknown.size > 0 || anyMayHaveBeen;
      const filled = sets.filter((set) => set.length > 0).length;
      if (filled === 0 && !isOpen) return "unmatched";
      if (filled < sets.length || isOpen) return "unsettled";
    }
    if (!isTold(record.timestamp, this.#deps.removed.invalid)) return "untold";
    this.#list("quarantine-missing", found);
    return "missing";
  }

  #judge(call: CallEnded, found: Found): CallResult {
    const { removed } = this.#deps;
    const { tenantId, cdr } = call;
    const { rows, record } = found;
    const possible = this.#possible(found, tenantId);
    const expected = expectationOf(call, possible);
    const { missing, doubled, unexpected } = judgeCall(expected, rows);
    for (const row of doubled) this.#list("job-doubled", found, row.entry);
    for (const row of unexpected) this.#list("job-unexpected", found, row.entry);
    for (const { entry } of rows) {
      const { triggerId, jobId } = entry;
      if (jobId !== jobIdOf({ tenantId, cdrId: cdr.id, triggerId }))
        this.#list("job-unexpected", found, entry);
    }
    if (missing.length > 0 && !isTold(record.timestamp, removed.jobs)) return "untold";
    for (const triggerId of missing) {
      const jobId = jobIdOf({ tenantId, cdrId: cdr.id, triggerId });
      this.#list("job-missing", found, { triggerId, jobId });
    }
    if (missing.length > 0) return "missing";
    if (expected.either > 0) return "unsettled";
    return rows.length > 0 ? "matched" : "unmatched";
  }

  #listLost(found: Found): void {
    for (const { entry } of found.rows) {
      if (entry.isListed || this.#deps.standingOf(entry).state !== "lost") continue;
      entry.isListed = true;
      this.#list("job-lost", found, entry);
    }
  }

  #list(
    kind: FindingKind,
    { record: { partition, offset }, tenantId, cdrId }: Found,
    job: { readonly triggerId: string; readonly jobId: string } | null = null,
  ): void {
    const { triggerId = null, jobId = null } = job ?? {};
    this.#deps.books.found({ kind, tenantId, cdrId, triggerId, jobId, partition, offset });
  }
}

/** A call with what was found of it. */
interface Found {
  readonly record: LogRecord;
  readonly tenantId: string | null;
  readonly cdrId: string | null;
  readonly rows: readonly JobRow[];
}
