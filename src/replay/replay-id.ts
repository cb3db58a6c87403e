import { createHash } from "node:crypto";
import { OnhookError } from "../errors.ts";

/** What fits in the name of a consumer group and of a transactional id, in a header and on a command line. */
const idPattern = /^[a-zA-Z0-9._-]{1,64}$/;

/** Throws REPLAY_ID for what can't be the id of a replay. */
export function checkReplayId(id: string): string {
  if (!idPattern.test(id)) throw new OnhookError("REPLAY_ID", {});
  return id;
}

/**
 * The id of a replay that was given none: it follows from what is replayed, so that the same request made again is the
 * same replay. What is undefined counts as left out.
 */
export function replayIdOf(kind: "dead" | "calls", filter: object): string {
  const parts = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return `${kind}-${hash.slice(0, 12)}`;
}
