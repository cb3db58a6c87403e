import type { ChangeAction, ChangeRecord } from "../history/change-record.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { Tenant } from "../triggers/tenant.ts";
import type { Condition, Trigger } from "../triggers/trigger.ts";
import { activeTriggers } from "../audit/active-triggers.ts";
import { createJobBook } from "./job-book.ts";
import type { ArrivalRecord, AttemptSighting, JobBalance } from "./job-book.ts";
import type { ExpectedJob } from "./job-judgement.ts";
import type { ReceiverKind } from "./sample-triggers.ts";
import type { CallEndedRecord, SimulatedCdr } from "./simulated-cdr.ts";

export interface DemoLedgerOptions {
  /** With their licences. */
  readonly tenants: readonly Pick<Tenant, "tenantId" | "maxTriggers" | "suspended">[];
  readonly triggers: readonly Trigger[];
  readonly receiverOf: ReadonlyMap<string, ReceiverKind>;
  /** Whether a call meets all conditions: a plain evaluator that shares nothing with the service's own. */
  readonly fires: (conditions: readonly Condition[], cdr: SimulatedCdr) => boolean;
  readonly jobIdOf: (of: { tenantId: string; cdrId: string; triggerId: string }) => string;
  readonly arrivals: ArrivalRecord;
  /** How many jobs that ended as they had to are remembered, 100,000 if not given; older ones are only counted. */
  readonly remember?: number;
}

/** What came of a run. It went as it had to if and only if `problems` is empty. */
export interface Verdict extends JobBalance {
  readonly calls: number;
  /** Calls that had to fire at least one trigger. */
  readonly matched: number;
  /** Webhooks that had to be sent. */
  readonly jobs: number;
}

export interface DemoLedger {
  /**
   * Enters a call, before it is sent; returns the webhooks that it must cause.
   * Throws RangeError when a trigger that fires has no receiver.
   */
  callSent(call: CallEndedRecord): readonly ExpectedJob[];
  /**
   * Enters a record of the topic of attempts that this run wrote; the same one again changes nothing. Those of triggers
   * that are none of the demo's are somebody else's, and not looked at.
   */
  attemptSeen(sighting: AttemptSighting & Pick<DeliveryAttempt, "triggerId">): void;
  /** Enters what somebody did through the portal, the API or a command: what that touched is not judged any more. */
  changeSeen(change: VisitorChange): void;
  /** How many webhooks have not been seen to end. */
  readonly open: number;
  /** How things stand; final once `open` is 0 and every call was sent. */
  verdict(): Verdict;
}

/** The part of a ChangeRecord that says what it touched. */
export type VisitorChange = Pick<ChangeRecord, "action" | "tenantId" | "triggerId" | "subject">;

const maxProblems = 50;

/** Whose jobs a change has a hand in. After a deletion the licence may cover another of the tenant's triggers instead. */
const touches: Readonly<Record<ChangeAction, "trigger" | "tenant" | "job" | "nothing">> = {
  "trigger.created": "nothing",
  "trigger.replaced": "trigger",
  "trigger.deleted": "tenant",
  "trigger.enabled": "trigger",
  "trigger.disabled": "trigger",
  "trigger.secret-rotated": "nothing",
  "trigger.old-secrets-dropped": "nothing",
  "trigger.test-sent": "nothing",
  "tenant.written": "tenant",
  "tenant.deleted": "tenant",
  "delivery.redelivered": "job",
  "replay.started": "tenant",
  "replay.stopped": "nothing",
  "token.created": "nothing",
  "token.revoked": "nothing",
  "sign-in-link.created": "nothing",
  "values.revealed": "nothing",
};

function shortened(problems: readonly string[]): readonly string[] {
  if (problems.length <= maxProblems) return problems;
  return [...problems.slice(0, maxProblems), `and ${problems.length - maxProblems} more`];
}

/** The demo's own books: what each call must cause, computed apart from the service, and what was seen of it. */
export function createDemoLedger(options: DemoLedgerOptions): DemoLedger {
  const active = activeTriggers(options.triggers, options.tenants);
  const book = createJobBook(options.arrivals, options.remember ?? 100_000);
  const tenantOf = new Map(
    options.triggers.map(({ triggerId, tenantId }) => [triggerId, tenantId]),
  );
  const aside = new Set<string>();
  let [calls, matched, jobs] = [0, 0, 0];

  function expect(call: CallEndedRecord, trigger: Trigger): ExpectedJob {
    const { triggerId, tenantId, name, action } = trigger;
    const receiver = options.receiverOf.get(triggerId);
    if (receiver === undefined) throw new RangeError(`trigger ${triggerId} has no receiver`);
    const jobId = options.jobIdOf({ tenantId, cdrId: call.cdr.id, triggerId });
    const job = { jobId, triggerId, receiver };
    book.expect(job, { name, retries: action.retries });
    return job;
  }

  return {
    callSent(call) {
      const own = (active.get(call.tenantId) ?? []).filter((one) => !aside.has(one.triggerId));
      const firing = own.filter(({ filters }) => options.fires(filters, call.cdr));
      calls += 1;
      if (firing.length > 0) matched += 1;
      jobs += firing.length;
      return firing.map((trigger) => expect(call, trigger));
    },
    attemptSeen(sighting) {
      const { triggerId } = sighting;
      if (tenantOf.has(triggerId) && !aside.has(triggerId)) book.seen(sighting);
    },
    changeSeen(change) {
      const { action, tenantId, triggerId, subject } = change;
      book.allowStrangers();
      const touched = touches[action];
      if (touched === "job") book.setAside(({ jobId }) => jobId === subject);
      if (touched === "nothing" || touched === "job") return;
      const own = [...tenantOf.keys()].filter((id) =>
        touched === "tenant" ? tenantOf.get(id) === tenantId : id === triggerId,
      );
      for (const id of own) aside.add(id);
      book.setAside((job) => own.includes(job.triggerId));
    },
    get open() {
      return book.open;
    },
    verdict() {
      const balance = book.balance();
      return { calls, matched, jobs, ...balance, problems: shortened(balance.problems) };
    },
  };
}
