import { randomUUID } from "node:crypto";
import { callReplayOptions, createReplayDeps } from "../app/replays.ts";
import { OnhookError } from "../errors.ts";
import { activeForm, explainedBy, explainRange, explanationOf } from "../explaining/explanation.ts";
import type { Explained } from "../explaining/explanation.ts";
import { callAt, callsById } from "../explaining/find-calls.ts";
import type { CallSource, FoundCall, TimeRange } from "../explaining/find-calls.ts";
import { checkTrigger } from "../triggers/check-trigger.ts";
import { compileTrigger } from "../triggers/compile-trigger.ts";
import { withConfigSession } from "./config-session.ts";
import type { ConfigSession } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import { callJson, callLines, rangeJson, rangeLines } from "./explain-view.ts";
import { assertTopics, orStopped } from "./replay-run.ts";
import { savedTrigger } from "./saved-trigger.ts";
import { jsonLine, visible } from "./terminal-text.ts";
import { fileName, readTriggerFile } from "./trigger-file.ts";

export interface ExplainOptions {
  readonly trigger?: string;
  readonly file?: string;
  readonly call?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** Ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly showValues?: boolean;
  readonly json?: boolean;
}

/** How far back is looked where nothing says it, in ms. */
const standardSpanMs = 86_400_000;

function assertOptions({ trigger, file, call, partition, offset, from, to }: ExplainOptions): void {
  const refuse = (problem: string): never => {
    throw new OnhookError("EXPLAIN_OPTIONS", { problem });
  };
  if ((trigger === undefined) === (file === undefined))
    refuse("Say which trigger: one of --trigger and --file");
  if ((partition === undefined) !== (offset === undefined))
    refuse("--partition and --offset go together");
  if (call !== undefined && offset !== undefined)
    refuse("Say which call by one of --call, and --partition with --offset");
  if (offset !== undefined && (from ?? to) !== undefined)
    refuse("--from and --to choose nothing where --partition and --offset name the call");
  if (from !== undefined && to !== undefined && from >= to) refuse("--from must be before --to");
}

function timeRange({ from, to }: ExplainOptions, now: number): TimeRange {
  const end = to ?? now + 1;
  return { from: from ?? end - standardSpanMs, to: end };
}

function savedOne({ store, catalog }: ConfigSession, written: string): Explained {
  const state = savedTrigger(store, written);
  return explainedBy(store, state, catalog, activeForm(store, state));
}

/** The request and its secrets say nothing about when a trigger fires, so a file need not have them. */
const anyAction = { url: "https://receiver.invalid/" };

async function fileOne(
  context: CommandContext,
  { catalog }: ConfigSession,
  file: string,
): Promise<Explained> {
  const given = { triggerId: randomUUID(), ...(await readTriggerFile(context, file)) };
  const checked = checkTrigger({ ...given, action: anyAction }, { catalog, allowHttp: false });
  if (!checked.ok) {
    const lines = checked.problems.map(({ path, message }) => visible(`- ${path}: ${message}`));
    throw new OnhookError("TRIGGER_REFUSED", { file: fileName(file), problems: lines.join("\n") });
  }
  const { trigger } = checked;
  const status = trigger.enabled ? "active" : "disabled";
  return {
    compiled: compileTrigger(trigger, catalog, () => undefined),
    standing: { trigger, status, refused: undefined },
  };
}

async function callsOf(
  source: CallSource,
  { call, partition, offset }: ExplainOptions,
  range: TimeRange,
): Promise<FoundCall[] | null> {
  if (partition !== undefined && offset !== undefined)
    return [await callAt(source, partition, offset)];
  return call === undefined ? null : callsById(source, call, range);
}

/** `onhook explain`: why a trigger fires for a call or doesn't, condition by condition; or for how many it does. */
export async function explain(context: CommandContext, options: ExplainOptions): Promise<void> {
  assertOptions(options);
  await withConfigSession(context, (session) =>
    orStopped(context, () => explainIn(context, session, options)),
  );
}

async function explainIn(
  context: CommandContext,
  session: ConfigSession,
  options: ExplainOptions,
): Promise<void> {
  const { trigger = "", file, limit, json = false, showValues = false } = options;
  const { around, codecs, connections } = session;
  const topic = context.config.topics.cdr.name;
  await assertTopics(connections, [topic]);
  const explained =
    file === undefined ? savedOne(session, trigger) : await fileOne(context, session, file);
  const { schemas } = callReplayOptions(around, connections, codecs);
  const { log } = createReplayDeps(around, connections);
  const source = { log, topic, schemas, signal: context.stop };
  const range = timeRange(options, around.clock.now());
  const found = await callsOf(source, options, range);
  if (found === null) {
    const explanation = await explainRange(explained, source, range, limit);
    if (json) context.out(jsonLine(rangeJson(explanation)));
    else rangeLines(explanation).forEach((line) => context.out(visible(line)));
    return;
  }
  for (const each of found) {
    const explanation = explanationOf(explained, each);
    if (json) context.out(jsonLine(callJson(explanation, showValues)));
    else callLines(explanation, showValues).forEach((line) => context.out(visible(line)));
  }
}
