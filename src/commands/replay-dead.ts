import { loadCodecs } from "../app/codecs.ts";
import { createReplayDeps, deadReplayOptions } from "../app/replays.ts";
import { readDeath } from "../delivery/dead-headers.ts";
import { OnhookError } from "../errors.ts";
import { checkReplayId, replayIdOf } from "../replay/replay-id.ts";
import { deadTask } from "../replay/replay-dead.ts";
import type { DeadFilter } from "../replay/replay-dead.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";
import type { Terminal } from "./progress-line.ts";
import { assertTopics, replay } from "./replay-run.ts";
import type { Counting, ReplayRunOptions } from "./replay-run.ts";

export interface ReplayDeadOptions extends ReplayRunOptions {
  readonly trigger?: string;
  readonly tenant?: string;
  readonly reason?: string;
  /** Ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly all?: boolean;
}

function filterOf({ trigger, tenant, reason, from, to, all }: ReplayDeadOptions): DeadFilter {
  const filter: DeadFilter = {
    ...(trigger !== undefined && { triggerId: trigger }),
    ...(tenant !== undefined && { tenantId: tenant }),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  if (Object.keys(filter).length === 0 && all !== true) throw new OnhookError("REPLAY_UNFILTERED");
  return filter;
}

const counting: Counting = {
  by: {
    reason: ({ headers }) => readDeath(headers).reason ?? "unknown",
    trigger: ({ key }) => key?.toString("utf8") ?? "?",
  },
  at: ({ headers, timestamp }) => readDeath(headers).at ?? timestamp,
};

/** `onhook replay dead`: dead jobs go back to where they came from, and begin anew. */
export async function replayDead(
  context: CommandContext,
  options: ReplayDeadOptions,
  terminal: Terminal,
): Promise<void> {
  const filter = filterOf(options);
  const id = checkReplayId(options.id ?? replayIdOf("dead", filter));
  await withConnections(context, async (connections, around) => {
    const { dead, jobs } = context.config.topics;
    await assertTopics(connections, [dead.name, jobs.name]);
    const codecs = await loadCodecs(around, connections);
    const task = deadTask({ id, filter }, deadReplayOptions(around, codecs));
    await replay(context, task, createReplayDeps(around, connections), counting, options, terminal);
  });
}
