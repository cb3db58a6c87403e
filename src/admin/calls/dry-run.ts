import { OnhookError } from "../../errors.ts";
import { summaryOf } from "../../explaining/call-summary.ts";
import { readCall } from "../../explaining/find-calls.ts";
import type { CallRecord } from "../../explaining/find-calls.ts";
import { toldTime } from "../../explaining/told-time.ts";
import { Turns } from "../../runtime/turns.ts";
import { compileTrigger } from "../../triggers/compile-trigger.ts";
import { explainCall } from "../../triggers/explain-call.ts";
import type { ConditionVerdict } from "../../triggers/explain-call.ts";
import { tallyVerdicts } from "../../triggers/verdict-tally.ts";
import type { Handler } from "../contract/handlers.ts";
import type { CallParts, Draft } from "./parts.ts";
import { eachRecent } from "./recent.ts";

/** Dry runs at a time: each shares the thread with all else. So many more may wait. */
const atOnce = 2;
const mostWaiting = 20;

/** Calls that are shown of those that it would have fired for. */
const mostShown = 5;

/** What a trigger would request says nothing about when it fires, and may be missing still. */
const anyAction = { url: "https://receiver.invalid/" };

function conditionsAlone({ triggerId, trigger }: Draft): Draft {
  return { triggerId, trigger: { ...(trigger as object), action: anyAction } };
}

const iso = (call: CallRecord | undefined): string | null =>
  call === undefined ? null : toldTime(call.timestamp);

/** For how many of the tenant's recent calls an unsaved trigger would have fired, and which condition was in the way how often. Rejects with TRIGGER_INVALID, DRY_RUNS_EXCEEDED. */
export function dryRun(
  parts: Pick<CallParts, "drafts" | "triggers" | "recentCalls" | "schemas">,
): Handler<"dryRun"> {
  const turns = new Turns(atOnce, mostWaiting);
  const refuse = (): Error => new OnhookError("DRY_RUNS_EXCEEDED", { retryAfterSeconds: 1 });
  return async ({ params: { tenantId }, body }, { signal }) => {
    const trigger = await parts.drafts.trigger(tenantId, conditionsAlone(body));
    const compiled = compileTrigger(trigger, parts.triggers.catalog, () => undefined);
    return turns.take(async () => {
      const recent = parts.recentCalls.newest(tenantId, body.calls);
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
      const { calls, held, conditions } = tallyVerdicts(trigger.filters.length, verdicts);
      const shown = await Promise.all(
        fired.slice(0, mostShown).map((record) => readCall(record, parts.schemas)),
      );
      return {
        body: {
          calls,
          fired: held,
          oldestAt: iso(recent.at(-1)),
          newestAt: iso(recent[0]),
          conditions: [...conditions],
          firedFor: shown.map((each) => summaryOf(each, false)),
        },
      };
    }, refuse);
  };
}
