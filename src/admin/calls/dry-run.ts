import { OnhookError } from "../../errors.ts";
import { summaryOf } from "../../explaining/call-summary.ts";
import { readCall } from "../../explaining/find-calls.ts";
import type { CallRecord } from "../../explaining/find-calls.ts";
import { toldTime } from "../../explaining/told-time.ts";
import { FairTurns } from "../../runtime/fair-turns.ts";
import { compileTrigger } from "../../triggers/compile-trigger.ts";
import { explainCall } from "../../triggers/explain-call.ts";
import type { ConditionVerdict } from "../../triggers/explain-call.ts";
import { tallyVerdicts } from "../../triggers/verdict-tally.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { DryRun } from "../contract/calls.ts";
import type { Handler } from "../contract/handlers.ts";
import { requireTellingNothing } from "./masked-conditions.ts";
import { findOwn } from "../../configuration/own-trigger.ts";
import type { CallParts, Draft } from "./parts.ts";
import { eachRecent } from "./recent.ts";
import { mayReveal, principalOf } from "./reveal.ts";

/** Dry runs at a time, one of each tenant: each shares the thread with all else. So many more may wait, in all and of each. */
const atOnce = 2;
const mostWaiting = 20;
const mostWaitingEach = 4;

/** Calls that are shown of those that it would have fired for. */
const mostShown = 5;

/** What a trigger would request says nothing about when it fires, and may be missing still. */
const anyAction = { url: "https://receiver.invalid/" };

function conditionsAlone({ triggerId, trigger }: Draft): Draft {
  return { triggerId, trigger: { ...(trigger as object), action: anyAction } };
}

const iso = (call: CallRecord | undefined): string | null =>
  call === undefined ? null : toldTime(call.timestamp);

/** Asks the conditions about the newest `count` of the tenant's calls. */
async function tried(
  parts: Pick<CallParts, "triggers" | "recentCalls" | "schemas">,
  trigger: Trigger,
  count: number,
  signal: AbortSignal,
): Promise<DryRun> {
  const { tenantId, filters } = trigger;
  const compiled = compileTrigger(trigger, parts.triggers.catalog, () => undefined);
  const recent = parts.recentCalls.newest(tenantId, count);
  const verdicts: Pick<ConditionVerdict, "holds" | "mismatch">[][] = [];
  const fired: CallRecord[] = [];
  await eachRecent(
    recent,
    compiled.cdrFields,
    parts.schemas,
    ({ record, call }) => {
      const made = explainCall(compiled, call.cdr);
      verdicts.push(made.map(({ holds, mismatch }) => ({ holds, mismatch })));
      if (made.every(({ holds }) => holds)) fired.push(record);
    },
    signal,
  );
  const { calls, held, conditions } = tallyVerdicts(filters.length, verdicts);
  const shown = await Promise.all(
    fired.slice(0, mostShown).map((record) => readCall(record, parts.schemas)),
  );
  return {
    calls,
    fired: held,
    oldestAt: iso(recent.at(-1)),
    newestAt: iso(recent[0]),
    conditions: [...conditions],
    firedFor: shown.map((each) => summaryOf(each, false)),
  };
}

/**
 * For how many of the tenant's recent calls an unsaved trigger would have fired, and which condition was in the way how
 * often. Rejects with TRIGGER_INVALID, DRY_RUNS_EXCEEDED, and FORBIDDEN for conditions that would tell what is masked.
 */
export function dryRun(
  parts: Pick<CallParts, "drafts" | "triggers" | "recentCalls" | "schemas">,
): Handler<"dryRun"> {
  const turns = new FairTurns(atOnce, mostWaiting, mostWaitingEach);
  const refuse = (): Error => new OnhookError("DRY_RUNS_EXCEEDED", { retryAfterSeconds: 1 });
  return async ({ params: { tenantId }, body }, context) => {
    const trigger = await parts.drafts.trigger(tenantId, conditionsAlone(body));
    const saved = body.triggerId && findOwn(parts.triggers, tenantId, body.triggerId)?.trigger;
    if (!mayReveal(principalOf(context), tenantId))
      requireTellingNothing(trigger.filters, saved ? saved.filters : [], parts.triggers.catalog);
    const { signal } = context;
    const run = async (): Promise<DryRun> => {
      signal.throwIfAborted();
      return tried(parts, trigger, body.calls, signal);
    };
    return { body: await turns.take(tenantId, run, refuse) };
  };
}
