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

const longestId = 64;

/**
 * The id by which a replay that a tenant has named is kept apart from those of others: two that are named alike would
 * otherwise be one, and each end the other. Throws REPLAY_ID.
 */
export function replayIdOfTenant(tenantId: string, named: string): string {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  const prefix = `tenant-${digest(tenantId).slice(0, 12)}-`;
  const isLong = prefix.length + named.length > longestId;
  return prefix + (isLong ? digest(checkReplayId(named)).slice(0, 40) : checkReplayId(named));
}
