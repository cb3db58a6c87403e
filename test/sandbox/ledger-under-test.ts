import { createDemoLedger } from "../../src/sandbox/demo-ledger.ts";
import type { DemoLedger, Verdict } from "../../src/sandbox/demo-ledger.ts";
import { createReceiverRecord } from "../../src/sandbox/receiver-record.ts";
import type { WritableReceiverRecord } from "../../src/sandbox/receiver-record.ts";
import type { ReceiverKind } from "../../src/sandbox/sample-triggers.ts";
import type { AttemptOutcome } from "../../src/jobs/delivery-attempt.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

export interface Run {
  readonly ledger: DemoLedger;
  readonly arrivals: WritableReceiverRecord;
  /** Sends a call of tenant t1. */
  readonly call: (cdrId: string) => void;
  /** A request reaches a receiver, which answers `status`. */
  readonly arrives: (webhookId: string, status: number | null) => void;
  readonly seen: (jobId: string, outcome: AttemptOutcome, attempt?: number) => void;
}

/** A trigger that the receiver's kind names; the ids of its jobs are `<cdr id>-<kind>`. */
export function trigger(kind: ReceiverKind, changes: Partial<Trigger> = {}): Trigger {
  return {
    triggerId: kind,
    tenantId: "t1",
    name: `to ${kind}`,
    enabled: true,
    disabledReason: null,
    createdAt: 0,
    filters: [],
    action: {
      url: "",
      method: "POST",
      format: "json",
      customData: {},
      retries: 2,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
    },
    ...changes,
  };
}

export function start(
  triggers: readonly Trigger[],
  options: { maxTriggers?: number; suspended?: boolean; remember?: number } = {},
): Run {
  const { maxTriggers = null, suspended = false, remember = 1_000 } = options;
  const arrivals = createReceiverRecord(10);
  const ledger = createDemoLedger({
    tenants: [{ tenantId: "t1", maxTriggers, suspended }],
    triggers,
    receiverOf: new Map(triggers.map(({ triggerId }) => [triggerId, triggerId as ReceiverKind])),
    fires: (conditions, cdr) => conditions.every(({ values }) => values.includes(cdr.id)),
    jobIdOf: ({ cdrId, triggerId }) => `${cdrId}-${triggerId}`,
    arrivals,
    remember,
  });
  return {
    ledger,
    arrivals,
    call: (id) => void ledger.callSent({ tenantId: "t1", id: null, cdr: { id } }),
    arrives: (webhookId, status) =>
      arrivals.add({
        at: 0,
        path: "/",
        webhookId,
        attempt: 1,
        method: "POST",
        contentType: null,
        status,
      }),
    seen: (jobId, outcome, attempt = 1) => {
      const [, triggerId = "ok"] = jobId.split("-");
      ledger.attemptSeen({ jobId, triggerId, outcome, attempt });
    },
  };
}

/** A run of one call to a receiver of `kind`, all of whose requests are answered `statuses`. */
export function runOf(
  kind: ReceiverKind,
  statuses: readonly (number | null)[],
  end: AttemptOutcome,
): Run {
  const run = start([trigger(kind)]);
  run.call("c1");
  for (const status of statuses) run.arrives(`c1-${kind}`, status);
  for (let attempt = 1; attempt < statuses.length; attempt += 1) {
    run.seen(`c1-${kind}`, "failed", attempt);
  }
  run.seen(`c1-${kind}`, end, statuses.length);
  return run;
}

export const clean: Verdict = {
  calls: 1,
  matched: 1,
  jobs: 1,
  delivered: 0,
  retried: 0,
  dead: 0,
  lost: 0,
  doubled: 0,
  problems: [],
};
