import type { OutgoingRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import { mostBytes } from "./replay-chunk.ts";

/** Jobs of a transaction for each replay whose offset it commits: several requests, which these share. */
const jobsPerMember = 20;
const mostJobs = 5000;
/** Replays of a transaction: their offsets wait for each other, and none may wait for longer than a request may take. */
const mostMembers = 500;

/** What one transaction of replays that are done together holds: jobs, and how far each replay is with them. */
export class JointChunk {
  readonly jobs: OutgoingRecord[] = [];
  /** By the replay's id, the offset behind its last job. */
  readonly offsets = new Map<string, number>();
  /** By the replay's id, how many of the jobs are its. */
  readonly counts = new Map<string, number>();
  /** The offset of the record that the last job was made of. */
  last = 0;
  #bytes = 0;

  add(id: string, job: OutgoingRecord, offset: number): void {
    this.jobs.push(job);
    this.offsets.set(id, offset + 1);
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    this.#bytes += recordSize(job);
    this.last = offset;
  }

  /** Whether it has to be committed before another job is added. `jobsAtOnce`: as many as it may have of few replays. */
  isFull(jobsAtOnce: number): boolean {
    const most = Math.max(jobsAtOnce, Math.min(mostJobs, this.offsets.size * jobsPerMember));
    return this.#bytes >= mostBytes || this.jobs.length >= most || this.offsets.size >= mostMembers;
  }
}
