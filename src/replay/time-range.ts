import type { Range, SourcePartition } from "./replay-log.ts";

/**
 * The records of a partition that came from `from` on and before `to`, ms since the epoch: from the first one stamped
 * with `from` or later to the first one stamped with `to` or later. Left out, it is all that is kept.
 */
export async function rangeOfTime(
  source: SourcePartition,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<Range> {
  const { begin, end } = await source.bounds();
  const at = async (time: number): Promise<number> =>
    // Kafka takes times below zero for something else.
    Math.min(Math.max(begin, (await source.offsetAt(Math.max(0, time))) ?? end), end);
  const first = from === undefined ? begin : await at(from);
  return { begin: first, end: Math.max(first, to === undefined ? end : await at(to)) };
}
