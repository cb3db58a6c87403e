import type { Delivery } from "../../../admin/contract/deliveries.ts";

/** The newest page of a list, as it is now. */
interface NewestPage {
  readonly items: readonly Delivery[];
  readonly nextCursor: string | null;
}

/**
 * What is shown after the newest page was read anew: it comes first, and what had been read from behind it stays. What
 * was shown, lies within the time of the new page and is not in it fits the filter no more, and goes. Null: so much is
 * new that something lies between the two, and the list has to be begun anew.
 */
export function refreshed(
  shown: readonly Delivery[],
  newest: NewestPage,
): readonly Delivery[] | null {
  const oldest = newest.items.at(-1)?.lastAt;
  if (newest.nextCursor === null || oldest === undefined) return newest.items;
  const now = new Set(newest.items.map(({ jobId }) => jobId));
  const before = (time: string): boolean => Date.parse(time) < Date.parse(oldest);
  if (shown.every(({ jobId, lastAt }) => before(lastAt) && !now.has(jobId))) return null;
  const behind = shown.filter(({ jobId, lastAt }) => before(lastAt) && !now.has(jobId));
  return [...newest.items, ...behind];
}
