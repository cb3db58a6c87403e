import { callReplayOptions, createReplayDeps } from "../app/replays.ts";
import { OnhookError } from "../errors.ts";
import { activeForm } from "../explaining/explanation.ts";
import { callsTask } from "../replay/replay-calls.ts";
import { checkReplayId, replayIdOf } from "../replay/replay-id.ts";
import type { CompiledTrigger } from "../triggers/compile-trigger.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import { withConfigSession } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import type { Terminal } from "./progress-line.ts";
import { assertTopics, replay } from "./replay-run.ts";
import type { Counting, ReplayRunOptions } from "./replay-run.ts";
import { savedTrigger } from "./saved-trigger.ts";

export interface ReplayCallsOptions extends ReplayRunOptions {
  readonly trigger: string;
  /** Ms since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** The trigger as match has it. Throws REPLAY_INACTIVE where it would not fire for any call. */
function activeTrigger(store: TriggerStore, written: string): CompiledTrigger {
  const state = savedTrigger(store, written);
  const active = activeForm(store, state);
  if (active !== undefined) return active;
  const { trigger, status } = state;
  throw new OnhookError("REPLAY_INACTIVE", { triggerId: trigger.triggerId, status });
}

const counting: Counting = { by: {}, at: ({ timestamp }) => timestamp };

/** `onhook replay calls`: one trigger fires for calls of the past, as if they had just come. */
export async function replayCalls(
  context: CommandContext,
  options: ReplayCallsOptions,
  terminal: Terminal,
): Promise<void> {
  const { from, to } = options;
  if (from >= to) throw new OnhookError("REPLAY_RANGE");
  if (options.id !== undefined) checkReplayId(options.id);
  await withConfigSession(context, async ({ store, codecs, around, connections }) => {
    const { cdr, jobs } = context.config.topics;
    await assertTopics(connections, [cdr.name, jobs.name]);
    const trigger = activeTrigger(store, options.trigger);
    const { triggerId, filters } = trigger.trigger;
    // With other conditions it is another replay: what they find is not what the earlier run has done.
    const id = options.id ?? replayIdOf("calls", { triggerId, filters, from, to });
    const calls = { id, trigger, triggersOffset: store.triggersOffset, from, to };
    const task = callsTask(calls, callReplayOptions(around, connections, codecs));
    await replay(context, task, createReplayDeps(around, connections), counting, options, terminal);
  });
}
