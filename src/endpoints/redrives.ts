import { endpointHeader } from "../delivery/dead-headers.ts";
import type { DeadReason } from "../delivery/next-stop.ts";
import type { Headers, LogRecord } from "../log/log-record.ts";
import { JointReplay } from "../replay/joint-replay.ts";
import type { LimitedMember, MemberProgress } from "../replay/joint-replay.ts";
import { pickDead, writtenFrom } from "../replay/replay-dead.ts";
import type { DeadReplayOptions } from "../replay/replay-dead.ts";
import type { JointReplayLog } from "../replay/replay-log.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { EndpointEvent } from "./endpoint-events.ts";

/** Puts jobs that were set aside for an endpoint back among the jobs, once each, and goes on where it last ended. */
export interface Redrive {
  readonly id: string;
  readonly endpointId: string;
  /** Nothing was set aside before, ms since the epoch. */
  readonly from: number;
  /** At most so many jobs. */
  readonly limit: number;
}

/** Port: redrives of any number of endpoints at once. */
export interface Redrives {
  /** Puts back at most `most` jobs, as many for each as for the others. By the redrive's id: how many, and whether that is all. */
  run(
    redrives: readonly Redrive[],
    most: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, MemberProgress>>;
  /** Forgets what it knows of all but these. */
  retain(ids: ReadonlySet<string>): void;
  /** Gives up its connections; the next run makes them anew. */
  close(): Promise<void>;
}

export interface RedrivesOptions extends DeadReplayOptions {
  /** Jobs a second, of all endpoints together. */
  readonly ratePerSecond: number;
}

export interface RedrivesDeps {
  readonly log: JointReplayLog;
  readonly clock: Clock;
  readonly emit: Emit<EndpointEvent>;
}

const endpointOf = (headers: Headers): string | undefined =>
  headers[endpointHeader]?.toString("utf8");

/** Makes the redrives: the dead jobs are read for all endpoints together, or those of many would take a reading each. */
export function createRedrives(options: RedrivesOptions, deps: RedrivesDeps): Redrives {
  const { deadTopic: topic, ratePerSecond } = options;
  const { log, clock, emit } = deps;
  const keyOf = ({ headers }: LogRecord): string | undefined => endpointOf(headers);
  const joint = new JointReplay(
    { topic, keyOf, ratePerSecond },
    {
      log,
      clock,
      onSkipped: (_, reason, { headers, partition, offset }) =>
        emit({
          type: "endpoint.left-dead",
          endpointId: endpointOf(headers) ?? "",
          reason,
          partition,
          offset,
        }),
      onGone: (error) => emit({ type: "endpoint.held", error }),
      onFailed: (error) => emit({ type: "endpoint.held", error }),
    },
  );
  function memberOf({ id, endpointId, from, limit }: Redrive): LimitedMember {
    const reason: DeadReason = "endpoint-suspended";
    const pick = pickDead(id, { reason, endpointId, from }, options);
    return { id, from: writtenFrom(from), limit, pick };
  }
  return {
    run: (redrives, most, signal) =>
      joint.run(
        new Map(redrives.map((redrive) => [redrive.endpointId, memberOf(redrive)])),
        most,
        signal,
      ),
    retain: (ids) => joint.retain(ids),
    close: () => joint.close(),
  };
}
