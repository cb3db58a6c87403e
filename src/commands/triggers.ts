import { stringify } from "yaml";
import { changedProperties } from "../configuration/changed-properties.ts";
import { checkFileTrigger } from "../configuration/file-trigger.ts";
import { savedId } from "../configuration/saved-id.ts";
import { shownTrigger } from "../configuration/trigger-shown.ts";
import { OnhookError } from "../errors.ts";
import { isGuid } from "../triggers/check-trigger.ts";
import type { RefusedTrigger } from "../triggers/refused-events.ts";
import type { Problem } from "../triggers/trigger.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import { publishTrigger, withConfigSession } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import { table } from "./table.ts";
import { jsonLine, visible } from "./terminal-text.ts";
import { fileName, readTriggerFile } from "./trigger-file.ts";

/** What `trigger list` shows: a trigger as it is in force, or an event of one that was refused. */
type Listed = TriggerState | RefusedTrigger;

const tenantOf = (each: Listed): string =>
  ("trigger" in each ? each.trigger.tenantId : each.tenantId) ?? "";
const nameOf = (each: Listed): string => ("trigger" in each ? each.trigger.name : "");

function shownOf(each: Listed): object {
  return "trigger" in each
    ? { ...shownTrigger(each.trigger), status: each.status }
    : { ...each, status: "refused" };
}

function rowOf(each: Listed): string[] {
  if (!("trigger" in each)) {
    const { triggerId, tenantId, offset } = each;
    return [triggerId, tenantId ?? "?", "refused", "-", "-", `(event at offset ${offset})`];
  }
  const { trigger, status } = each;
  const { triggerId, tenantId, action, name } = trigger;
  return [triggerId, tenantId, status, action.method, host(action.url), name];
}

/**
 * `onhook trigger list`: one line each, or JSON. A trigger whose newest event was refused has a line of its own for
 * that, next to that of its last valid version if it has one.
 */
export async function triggerList(
  context: CommandContext,
  options: { tenant?: string; json?: boolean },
): Promise<void> {
  await withConfigSession(context, async ({ store }) => {
    const all = [...store.all(), ...store.refusedEvents()]
      .filter((each) => options.tenant === undefined || tenantOf(each) === options.tenant)
      .sort((a, b) => tenantOf(a).localeCompare(tenantOf(b)) || nameOf(a).localeCompare(nameOf(b)));
    if (options.json === true) {
      for (const each of all) context.out(jsonLine(shownOf(each)));
      return;
    }
    for (const line of table(
      ["TRIGGER", "TENANT", "STATUS", "METHOD", "HOST", "NAME"],
      all.map(rowOf),
    ))
      context.out(line);
  });
}

function host(url: string): string {
  return URL.parse(url)?.host ?? "?";
}

export function known(state: TriggerState | undefined, triggerId: string): TriggerState {
  if (state === undefined) throw new OnhookError("TRIGGER_UNKNOWN", { triggerId });
  return state;
}

function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ path, message }) => visible(`- ${path}: ${message}`));
}

export function assertId(triggerId: string): void {
  if (!isGuid(triggerId)) throw new OnhookError("TRIGGER_ID", { triggerId: visible(triggerId) });
}

/** `onhook trigger get`: YAML that `trigger put` takes back; secrets are masked. What was refused is said in comments. */
export async function triggerGet(context: CommandContext, written: string): Promise<void> {
  assertId(written);
  await withConfigSession(context, async ({ store }) => {
    const triggerId = savedId(store, written);
    const refused = store.refused(triggerId);
    const state = store.trigger(triggerId);
    if (state === undefined && refused !== undefined) {
      const { offset } = refused;
      const problems = problemLines(refused.problems).join("\n");
      throw new OnhookError("TRIGGER_REFUSED_EVENT", { triggerId, offset, problems });
    }
    const { trigger, status } = known(state, triggerId);
    context.out(`# ${status}`);
    if (refused !== undefined) {
      context.out(`# A newer version, at offset ${refused.offset}, was refused:`);
      for (const line of problemLines(refused.problems)) context.out(`# ${line}`);
    }
    context.out(stringify(shownTrigger(trigger)).trimEnd());
  });
}

/** `onhook trigger put`: checks, publishes, and returns once the trigger is readable back. */
export async function triggerPut(context: CommandContext, file: string): Promise<void> {
  const read = await readTriggerFile(context, file);
  await withConfigSession(context, async (session) => {
    const { store, catalog, keyRing, around } = session;
    const { triggerId } = read;
    const id = typeof triggerId === "string" ? savedId(store, triggerId) : undefined;
    const saved = id === undefined ? undefined : store.trigger(id)?.trigger;
    const given = { ...read, ...(id !== undefined && { triggerId: id }) };
    const allowHttp = context.config.delivery.dangerousAllowHttp;
    const now = around.clock.now();
    const checked = checkFileTrigger(given, { catalog, allowHttp, keyRing, saved, now });
    if (!checked.ok) {
      const problems = problemLines(checked.problems).join("\n");
      throw new OnhookError("TRIGGER_REFUSED", { file: fileName(file), problems });
    }
    const { trigger } = checked;
    await publishTrigger(session, trigger, trigger, {
      action: saved === undefined ? "trigger.created" : "trigger.replaced",
      properties: changedProperties(saved, trigger),
    });
    const { status } = known(store.trigger(trigger.triggerId), trigger.triggerId);
    context.out(`${saved === undefined ? "created" : "replaced"} ${trigger.triggerId} (${status})`);
    if (status === "over-licence")
      context.err("onhook: the tenant's licence covers fewer triggers; this one does not fire");
  });
}

/** `onhook trigger delete`: its pending jobs end as cancelled. One that was refused and never valid goes too. */
export async function triggerDelete(context: CommandContext, written: string): Promise<void> {
  assertId(written);
  await withConfigSession(context, async (session) => {
    const { store } = session;
    const triggerId = savedId(store, written);
    const refused = store.refused(triggerId);
    const saved = refused === undefined ? known(store.trigger(triggerId), triggerId) : undefined;
    const tenantId = saved?.trigger.tenantId ?? refused?.tenantId ?? "";
    await publishTrigger(session, { triggerId, tenantId }, null, { action: "trigger.deleted" });
    context.out(`deleted ${triggerId}`);
  });
}
