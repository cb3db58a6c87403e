import { useRef, useState } from "preact/hooks";
import type { DeliveryDetail, Replay } from "../../../admin/contract/deliveries.ts";
import { ApiError } from "../../api/problem.ts";
import { useLoad } from "../../shell/load.ts";
import type { Load } from "../../shell/load.ts";
import { usePoll } from "../../shell/poll.ts";
import { usePortal } from "../../shell/portal.ts";
import { followedOn } from "./follow.ts";
import type { Follow } from "./follow.ts";

export interface FollowedDelivery {
  readonly detail: Load<DeliveryDetail>;
  readonly follow: Follow;
  /** Rejects with an ApiError. */
  redeliver(): Promise<void>;
}

const pollMs = 2000;

/** Reads a delivery, and anew for as long as something is to come: another attempt, or what was sent anew. */
export function useDelivery(jobId: string): FollowedDelivery {
  const { api, tenantId, announce, t } = usePortal();
  const [follow, setFollow] = useState<Follow>({ kind: "none" });
  const following = useRef(follow);
  following.current = follow;
  const read = async (signal?: AbortSignal): Promise<DeliveryDetail> =>
    (await api.call("readDelivery", { params: { jobId }, ...(signal && { signal }) })).body;
  const detail = useLoad(read, [jobId, tenantId]);

  /** Null where it is not known: replays are remembered by the process that runs them alone. */
  async function replayOf(replayId: string): Promise<Replay | null> {
    try {
      return (await api.call("readReplay", { params: { replayId } })).body;
    } catch (error) {
      if (error instanceof ApiError && error.code === "NOT_FOUND") return null;
      throw error;
    }
  }
  async function look(): Promise<void> {
    const next = await read();
    detail.set(next);
    const { current } = following;
    if (current.kind !== "sending") return;
    const isAttempted = next.attemptList.length > current.before;
    const replay = isAttempted ? null : await replayOf(current.replayId);
    const later = followedOn(current, next, replay);
    setFollow(later);
    if (later.kind === "ended") announce(t(`delivery.follow.${next.state}`));
  }
  const refresh = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof ApiError && error.isPassing)) await detail.reload();
    }
  };
  const isOpen = detail.data?.state === "retrying" || follow.kind === "sending";
  usePoll(refresh, pollMs, isOpen && detail.data !== null);
  return {
    detail,
    follow,
    redeliver: async () => {
      const before = detail.data?.attemptList.length ?? 0;
      const { body } = await api.call("redeliver", { params: { jobId } });
      setFollow({ kind: "sending", replayId: body.replayId, before, unknown: 0 });
    },
  };
}
