import type { OutgoingRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import type { Picked } from "./picked.ts";

/** What one transaction of a replay holds: some records of its source, one after the other, and their jobs. */
export interface Chunk {
  readonly jobs: readonly OutgoingRecord[];
  readonly skipped: number;
  readonly bytes: number;
  /** The offset behind the last of the records. */
  readonly next: number;
}

export function emptyChunk(begin: number): Chunk {
  return { jobs: [], skipped: 0, bytes: 0, next: begin };
}

/** The chunk with one record more, the one that ends at `next`. */
export function withPicked(chunk: Chunk, picked: Picked, next: number): Chunk {
  switch (picked.kind) {
    case "other":
      return { ...chunk, next };
    case "skipped":
      return { ...chunk, next, skipped: chunk.skipped + 1 };
    case "job": {
      const { job } = picked;
      return { ...chunk, next, jobs: [...chunk.jobs, job], bytes: chunk.bytes + recordSize(job) };
    }
    default:
      return picked satisfies never;
  }
}

const mostJobs = 200;

/** Bytes of jobs after which a transaction holds enough. */
export const mostBytes = 4 * 1024 * 1024;

/** Most jobs of one transaction: at low rates those of a quarter of a second, so that they stay even. */
export function jobsAtOnce(ratePerSecond: number): number {
  return Math.min(mostJobs, Math.ceil(ratePerSecond / 4));
}

/** Whether it has to be committed before another job is added. */
export function isFull({ jobs, bytes }: Chunk, ratePerSecond: number): boolean {
  return bytes >= mostBytes || jobs.length >= jobsAtOnce(ratePerSecond);
}
