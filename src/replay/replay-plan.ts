import type { Range, Standing } from "./replay-log.ts";

/** What a run does in one partition. */
export interface PlannedPart extends Range {
  readonly partition: number;
  /** An earlier run has been here. */
  readonly continued: boolean;
  /** Offsets that an earlier run has left over, and that the topic does not keep any more. */
  readonly gone: number;
  /** The standing that says all this is committed; otherwise it has to be, before anything is written. */
  readonly noted: boolean;
}

/** One partition as a run finds it. */
export interface FoundPart {
  readonly partition: number;
  /** What the replay is about there if it begins now. */
  readonly range: Range;
  /** The first offset that is still kept. */
  readonly low: number;
  readonly standing: Standing | undefined;
}

/** Whether the run that has got there was stopped or killed before its end. */
export function isUnfinished({ offset, until }: Standing): boolean {
  return until !== null && offset < until;
}

/**
 * What a run has to do. While a replay is unfinished its ends stay those that it began with, in all partitions: jobs
 * that it has replayed and that died again meanwhile are none of its business. Once it has finished, another run is about
 * what has come since.
 */
export function planReplay(found: readonly FoundPart[]): PlannedPart[] {
  const unfinished = found.some(({ standing }) => standing !== undefined && isUnfinished(standing));
  return found.map(({ partition, range, low, standing }) => {
    if (standing === undefined)
      return { partition, ...range, continued: false, gone: 0, noted: false };
    const { offset, until } = standing;
    const end = unfinished && until !== null ? until : Math.max(offset, range.end);
    const begin = Math.min(Math.max(offset, low), end);
    const gone = begin - offset;
    return { partition, begin, end, continued: true, gone, noted: end === until };
  });
}
