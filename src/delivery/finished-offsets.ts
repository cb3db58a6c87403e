/**
 * What is finished of a partition beyond the offset that is committed, as text that travels in the commit's metadata.
 * One request that hangs holds the committed offset back; without this, a crash or a rebalance would repeat everything
 * that was delivered behind it. Source: promise 4.
 *
 * `1;<mark>;<gap>.<length>,…` with numbers of base 36: runs of finished offsets, each after a gap from the end of the
 * one before, the first from the mark.
 */
const version = "1";

/** Kafka's own limit is 4,096 bytes (offset.metadata.max.bytes). What does not fit is repeated in a crash. */
const maxLength = 4000;

const base = 36;

/** Finished offsets from `start` (included) to `end` (excluded). */
export interface FinishedRun {
  readonly start: number;
  readonly end: number;
}

/** Runs in rising order, all above `mark`; empty text where there are none. */
export function encodeFinished(mark: number, runs: Iterable<FinishedRun>): string {
  const head = `${version};${mark.toString(base)};`;
  let text = head;
  let last = mark;
  for (const { start, end } of runs) {
    const part = `${text === head ? "" : ","}${(start - last).toString(base)}.${(end - start).toString(base)}`;
    if (text.length + part.length > maxLength) break;
    text += part;
    last = end;
  }
  return text === head ? "" : text;
}

/** Whether an offset was finished already. Text that is none of ours says so of nothing. */
export function decodeFinished(text: string): (offset: number) => boolean {
  const [found, mark, list] = /^1;([0-9a-z]{1,11});([0-9a-z.,]+)$/.exec(text) ?? [];
  if (found === undefined || mark === undefined || list === undefined) return () => false;
  const runs: FinishedRun[] = [];
  let end = Number.parseInt(mark, base);
  for (const part of list.split(",")) {
    const [gap = "", length = ""] = part.split(".");
    const start = end + Number.parseInt(gap, base);
    end = start + Number.parseInt(length, base);
    if (!Number.isSafeInteger(end)) return () => false;
    runs.push({ start, end });
  }
  return (offset) => runs.some((run) => offset >= run.start && offset < run.end);
}
