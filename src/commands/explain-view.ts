import { fires } from "../explaining/explanation.ts";
import type { CallExplanation, RangeExplanation } from "../explaining/explanation.ts";
import { shownValue } from "../explaining/masked-values.ts";
import { obstacleText } from "../explaining/obstacle-text.ts";
import { blocks } from "../triggers/explain-call.ts";
import type { ConditionVerdict, Obstacle } from "../triggers/explain-call.ts";
import type { Condition, Trigger } from "../triggers/trigger.ts";
import { table } from "./table.ts";

const mostShown = 5;

function list(values: readonly unknown[]): string {
  const more = values.length > mostShown ? `, and ${values.length - mostShown} more` : "";
  return values.slice(0, mostShown).map(String).join(", ") + more;
}

function conditionText({ field, op, values, ignoreCase }: Condition): string {
  const wanted = values.length > 0 ? ` ${list(values)}` : "";
  return `${field} ${op}${wanted}${ignoreCase ? " (any case)" : ""}`;
}

function shown(
  { condition, values }: ConditionVerdict,
  showValues: boolean,
): (string | number | boolean)[] {
  return values.map((value) => shownValue(condition.field, value, showValues));
}

function hasText(verdict: ConditionVerdict, showValues: boolean): string {
  const note = verdict.mismatch ? " (of another type than the field)" : "";
  const values = shown(verdict, showValues).map((value) => (value === "" ? '""' : value));
  return (values.length === 0 && !verdict.mismatch ? "(absent)" : list(values)) + note;
}

function nameOf({ triggerId, name }: Trigger): string {
  return `trigger ${triggerId} ${name}`.trimEnd();
}

/** Why a trigger fires for a call or not, for people. */
export function callLines(explanation: CallExplanation, showValues: boolean): string[] {
  const { record, call, trigger, verdicts, obstacles } = explanation;
  const came = new Date(record.timestamp).toISOString();
  const rows = verdicts.map((verdict) => [
    verdict.holds ? "✓" : "✗",
    conditionText(verdict.condition),
    hasText(verdict, showValues),
  ]);
  return [
    `call ${call.cdr.id} (partition ${record.partition}, offset ${record.offset}, came ${came})`,
    `${nameOf(trigger)} ${fires(explanation) ? "fires" : "does not fire"}`,
    ...(rows.length > 0
      ? table(["", "CONDITION", "THE CALL HAS"], rows)
      : ["it has no conditions"]),
    ...obstacles.map((obstacle) => `${blocks(obstacle) ? "✗" : "!"} ${obstacleText(obstacle)}`),
  ];
}

/** The same as data. */
export function callJson(explanation: CallExplanation, showValues: boolean): object {
  const { record, call, trigger, verdicts, obstacles } = explanation;
  const { partition, offset, timestamp } = record;
  return {
    call: { id: call.cdr.id, tenantId: call.tenantId, partition, offset, timestamp },
    triggerId: trigger.triggerId,
    fires: fires(explanation),
    obstacles: obstacles.map((obstacle) => ({
      kind: obstacle.kind,
      blocks: blocks(obstacle),
      text: obstacleText(obstacle),
    })),
    conditions: verdicts.map((verdict) => ({
      condition: verdict.condition,
      holds: verdict.holds,
      has: shown(verdict, showValues),
      mismatch: verdict.mismatch,
    })),
  };
}

const obstacleNames = {
  disabled: "the trigger is disabled",
  "over-licence": "the tenant's licence does not cover the trigger",
  suspended: "the tenant is suspended",
  "other-tenant": "calls of another tenant",
  "created-later": "calls that came before the trigger was created",
  "newer-version-refused":
    "a newer version of the trigger was refused, and the one before it is in force",
} as const satisfies Record<Obstacle["kind"], string>;

/** For how many calls a trigger fires, and which condition is in the way how often, for people. */
export function rangeLines({
  trigger,
  tally,
  fired,
  obstacles,
  all,
  unreadable,
}: RangeExplanation): string[] {
  const { calls, held } = tally;
  const which = calls < all ? `the last ${calls} calls` : `${calls} calls`;
  const rows = tally.conditions.map(({ failed, failedAlone, mismatched }, at) => [
    conditionText(trigger.filters[at] as Condition),
    String(failed),
    String(failedAlone),
    String(mismatched),
  ]);
  const holding = held === fired ? [] : [`its conditions hold for ${held} of them`];
  return [
    nameOf(trigger),
    `fires for ${fired} of ${which} of its tenant`,
    ...holding,
    ...(rows.length > 0
      ? table(["CONDITION", "FAILED", "FAILED ALONE", "OTHER TYPE"], rows)
      : ["it has no conditions"]),
    ...[...obstacles].map(([kind, count]) => `! ${obstacleNames[kind]} (${count} calls)`),
    ...(unreadable > 0 ? [`! ${unreadable} calls of that time can't be read`] : []),
  ];
}

/** The same as data. */
export function rangeJson({ trigger, tally, obstacles, ...counts }: RangeExplanation): object {
  return {
    triggerId: trigger.triggerId,
    calls: tally.calls,
    held: tally.held,
    ...counts,
    obstacles: Object.fromEntries(obstacles),
    conditions: tally.conditions.map((each, at) => ({ condition: trigger.filters[at], ...each })),
  };
}
