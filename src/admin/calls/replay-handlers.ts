import { OnhookError } from "../../errors.ts";
import { callsTask } from "../../replay/replay-calls.ts";
import type { CallReplayOptions } from "../../replay/replay-calls.ts";
import { deadTask } from "../../replay/replay-dead.ts";
import type { DeadReplayOptions } from "../../replay/replay-dead.ts";
import { replayIdOf, replayIdOfTenant } from "../../replay/replay-id.ts";
import type { ReplayRun, ReplayRuns } from "../../replay/replay-runs.ts";
import type { ReplayTask } from "../../replay/replay-task.ts";
import type { Replay } from "../contract/deliveries.ts";
import type { Handler } from "../contract/handlers.ts";
import type { Input } from "../contract/operation.ts";
import type { Operations } from "../contract/operations.ts";
import { ownTrigger } from "../../configuration/own-trigger.ts";
import type { CallParts } from "./parts.ts";
import { principalOf } from "./reveal.ts";

export interface ReplayParts extends Pick<CallParts, "triggers" | "writer"> {
  readonly runs: ReplayRuns;
  readonly dead: DeadReplayOptions;
  readonly calls: CallReplayOptions;
}

type Asked = Input<Operations["startReplay"]>["body"];

interface Planned {
  /** By which the tenant names it. */
  readonly name: string;
  readonly task: ReplayTask;
  readonly triggerId: string | null;
}

/**
 * The replay's own id. Where none is given it follows from what is replayed, as on the command line, and is the same
 * replay there; a name that a tenant has given is that tenant's.
 */
function idsOf(tenantId: string, given: string | undefined, derived: string) {
  const name = given ?? derived;
  return { name, id: name === derived ? derived : replayIdOfTenant(tenantId, name) };
}

/** Throws REPLAY_RANGE. */
function timesOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  const times = {
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
  if (times.from !== undefined && times.to !== undefined && times.from >= times.to)
    throw new OnhookError("REPLAY_RANGE");
  return times;
}

type AskedDead = Extract<Asked, { kind: "dead" }>;
type AskedCalls = Extract<Asked, { kind: "calls" }>;

function planDead(parts: ReplayParts, tenantId: string, asked: AskedDead): Planned {
  const { triggerId, reason } = asked;
  const filter = {
    ...(triggerId !== undefined && { triggerId }),
    tenantId,
    ...(reason !== undefined && { reason }),
    ...timesOf(asked),
  };
  const { name, id } = idsOf(tenantId, asked.replayId, replayIdOf("dead", filter));
  return { name, task: deadTask({ id, filter }, parts.dead), triggerId: triggerId ?? null };
}

/** Throws NOT_FOUND, REPLAY_INACTIVE. */
function planCalls(parts: ReplayParts, tenantId: string, asked: AskedCalls): Planned {
  const { trigger, status } = ownTrigger(parts.triggers, tenantId, asked.triggerId);
  const { triggerId, filters } = trigger;
  const active = parts.triggers.tenant(tenantId)?.triggers ?? [];
  const compiled = active.find((each) => each.trigger.triggerId === triggerId);
  if (compiled === undefined) throw new OnhookError("REPLAY_INACTIVE", { triggerId, status });
  const times = timesOf(asked);
  const range = { from: times.from ?? 0, to: times.to ?? 0 };
  const derived = replayIdOf("calls", { triggerId, filters, ...range });
  const { name, id } = idsOf(tenantId, asked.replayId, derived);
  const { triggersOffset } = parts.triggers;
  const task = callsTask({ id, trigger: compiled, triggersOffset, ...range }, parts.calls);
  return { name, task, triggerId };
}

function shownRun(run: ReplayRun): Replay {
  const { name: replayId, kind, triggerId, state, error, progress } = run;
  const { read, end, matched, written, skipped } = progress;
  return {
    replayId,
    kind,
    triggerId,
    state,
    startedAt: new Date(run.startedAt).toISOString(),
    endedAt: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
    read,
    end,
    matched,
    written,
    skipped,
    error,
  };
}

/** Begins a replay of a tenant's dead jobs, or of calls for one of its triggers. Rejects with NOT_FOUND, REPLAY_INACTIVE, REPLAY_RANGE, REPLAY_ID, REPLAY_UNDER_WAY, TENANT_REPLAYS_EXCEEDED, REPLAYS_EXCEEDED. */
export function startReplay(parts: ReplayParts): Handler<"startReplay"> {
  return async ({ params: { tenantId }, body }, context) => {
    const planned =
      body.kind === "dead" ? planDead(parts, tenantId, body) : planCalls(parts, tenantId, body);
    const { name, task, triggerId } = planned;
    const by = principalOf(context);
    const about = { name, tenantId, kind: body.kind, triggerId };
    const run = await parts.runs.start(about, task, body.ratePerSecond, async () =>
      parts.writer.write([], {
        by,
        action: "replay.started",
        tenantId,
        ...(triggerId !== null && { triggerId }),
        subject: name,
      }),
    );
    const location = `/tenants/${encodeURIComponent(tenantId)}/replays/${name}`;
    return { body: shownRun(run), location };
  };
}

export function listReplays({ runs }: Pick<ReplayParts, "runs">): Handler<"listReplays"> {
  return async ({ params: { tenantId } }) => ({
    body: { items: runs.list(tenantId).map(shownRun) },
  });
}

/** Rejects with NOT_FOUND. */
export function readReplay({ runs }: Pick<ReplayParts, "runs">): Handler<"readReplay"> {
  return async ({ params: { tenantId, replayId } }) => {
    const run = runs.get(tenantId, replayId);
    if (run === undefined) throw new OnhookError("NOT_FOUND");
    return { body: shownRun(run) };
  };
}

/** Stops a replay; one that has ended stays as it is. Rejects with NOT_FOUND. */
export function stopReplay({
  runs,
  writer,
}: Pick<ReplayParts, "runs" | "writer">): Handler<"stopReplay"> {
  return async ({ params: { tenantId, replayId } }, context) => {
    const run = runs.get(tenantId, replayId);
    if (run === undefined) throw new OnhookError("NOT_FOUND");
    if (run.state === "running") {
      const { triggerId } = run;
      await writer.write([], {
        by: principalOf(context),
        action: "replay.stopped",
        tenantId,
        ...(triggerId !== null && { triggerId }),
        subject: replayId,
      });
    }
    return { body: shownRun((await runs.stop(tenantId, replayId)) ?? run) };
  };
}
