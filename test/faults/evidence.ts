import { replayHeader } from "../../src/jobs/job-state.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { CommittedJob, Evidence } from "../accounts/account.ts";
import { expectedWebhooks } from "../support/e2e-expected.ts";
import type { OwnTopics, StackAddress } from "../support/e2e-names.ts";
import { avroTypeOf, schemaFile } from "../support/e2e-platform.ts";
import { attemptsOf, jobOf, jobsOf, recordsOf } from "../support/e2e-records.ts";
import type { Configuration } from "./load.ts";
import type { Receivers } from "./receivers.ts";

/** The calls and jobs that stood in their topics whenever somebody looked, by partition and offset. */
export interface Noted {
  readonly calls: ReadonlyMap<string, CallEndedRecord>;
  readonly jobs: ReadonlyMap<string, CommittedJob>;
}

export interface Notebook extends Noted {
  /** Looks again. What is deleted afterwards stays noted. */
  look(): Promise<void>;
}

const callType = avroTypeOf(schemaFile("call-ended"));

function callIdOf({ value }: LogRecord): string {
  const call = callType.fromBuffer((value as Buffer).subarray(5)) as CallEndedRecord;
  return call.cdr.id;
}

export const placeOf = (record: LogRecord): string => `${partitionKey(record)} ${record.offset}`;

/** Notes what stands in the topics; `sent` are all calls that may. */
export function createNotebook(
  stack: StackAddress,
  topics: OwnTopics,
  sent: readonly CallEndedRecord[],
): Notebook {
  const known = new Map(sent.map((call) => [call.cdr.id, call]));
  const calls = new Map<string, CallEndedRecord>();
  const jobs = new Map<string, CommittedJob>();
  return {
    calls,
    jobs,
    async look() {
      for (const record of await recordsOf(stack, topics.cdr)) {
        const call = known.get(callIdOf(record));
        if (call === undefined) throw new Error(`a call that nobody sent: ${callIdOf(record)}`);
        calls.set(placeOf(record), call);
      }
      for (const record of await recordsOf(stack, topics.jobs)) {
        // Put back by a replay, on purpose, and so not made twice.
        if (replayHeader in record.headers) continue;
        const { jobId, cdrPartition, cdrOffset, triggerId } = jobOf(record);
        const origin = `${cdrPartition}/${cdrOffset} ${triggerId}`;
        jobs.set(placeOf(record), { jobId, origin });
      }
    },
  };
}

/**
 * All that is needed to settle the account. What stands in the calls' topic counts, not what was meant to: a call that
 * was written twice is two calls, with the same webhooks.
 */
export async function gatherEvidence(
  stack: StackAddress,
  topics: OwnTopics,
  { calls, jobs }: Noted,
  { triggers, tenants, endsOf }: Configuration,
  { requests }: Receivers,
): Promise<Evidence> {
  const due = expectedWebhooks([...calls.values()], triggers, tenants);
  const expected = new Map(
    due.map(({ webhookId, trigger }) => [
      webhookId,
      { webhookId, ends: endsOf.get(trigger.triggerId) ?? [] },
    ]),
  );
  const attempts = await attemptsOf(stack, topics.attempts);
  return {
    calls: calls.size,
    expected: [...expected.values()],
    committed: [...jobs.values()],
    ended: attempts.flatMap(({ jobId, outcome }) =>
      outcome === "failed" ? [] : [{ jobId, outcome }],
    ),
    dead: new Set((await jobsOf(stack, topics.dead)).map(({ jobId }) => jobId)),
    requests,
  };
}

/** Ids that more than one job has, since their call was written more than once: their requests come again rightly. */
export function idsOfSeveralJobs({ jobs }: Noted): ReadonlySet<string> {
  const origins = Map.groupBy(jobs.values(), ({ jobId }) => jobId);
  return new Set(
    [...origins]
      .filter(([, each]) => new Set(each.map(({ origin }) => origin)).size > 1)
      .map(([id]) => id),
  );
}
