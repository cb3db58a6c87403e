import type { DeliveryDetail, Replay } from "../../../admin/contract/deliveries.ts";

/** A webhook that was asked to be sent anew, and is watched. */
export interface Sending {
  readonly kind: "sending";
  readonly replayId: string;
  /** How many attempts there were when it was asked for. */
  readonly before: number;
  /** How many times in a row nobody has known of its replay. */
  readonly unknown: number;
}

export type Follow =
  | { readonly kind: "none" }
  | Sending
  | { readonly kind: "ended" }
  /** Nothing was sent; `error`: why, as far as that is known. */
  | { readonly kind: "failed"; readonly error: string | null }
  /** Nobody knows of it any more. */
  | { readonly kind: "lost" };

/** Times that a replay is looked for before it counts as forgotten: a minute, at one look in 2 s. */
export const mostUnknown = 30;

/**
 * What has become of it. `replay` null: the process that was asked does not know of it, since replays are remembered by the
 * one that runs them alone, until it ends.
 */
export function followedOn(
  follow: Sending,
  detail: Pick<DeliveryDetail, "state" | "attemptList">,
  replay: Replay | null,
): Follow {
  if (detail.attemptList.length > follow.before)
    return detail.state === "retrying" ? follow : { kind: "ended" };
  if (replay === null) {
    const unknown = follow.unknown + 1;
    return unknown < mostUnknown ? { ...follow, unknown } : { kind: "lost" };
  }
  if (replay.state === "failed" || replay.state === "stopped")
    return { kind: "failed", error: replay.error };
  if (replay.state === "done" && replay.written === 0) return { kind: "failed", error: null };
  return { ...follow, unknown: 0 };
}
