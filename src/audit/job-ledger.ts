/** What all the topics say of one job id. Times in ms since the epoch, counts of records. */
export interface JobEntry {
  readonly jobId: string;
  readonly triggerId: string;
  readonly tenantId: string;
  /** Where its call stands. */
  readonly partition: number;
  readonly offset: number;
  /** Of the first record that told of it. */
  firstAt: number;
  /** In the topic of jobs, written by match. */
  originals: number;
  /** In the topic of jobs, put there once more by a replay. */
  replays: number;
  delivered: number;
  dead: number;
  deadAt: number;
  deadReason: string;
  cancelled: number;
  cancelledAt: number;
  cancelReason: string;
  /** Attempts that say dead, with or without a record among the dead. */
  saidDead: number;
  attempts: number;
  highestAttempt: number;
  /** Of the newest record that its group has not finished; -1 where there is none. */
  openAt: number;
  openTopic: string;
  /** Set once its loss is listed. */
  isListed: boolean;
}

/** What a record of a job says of where it belongs. */
export interface JobPlace {
  readonly jobId: string;
  readonly triggerId: string;
  readonly tenantId: string;
  readonly cdrPartition: number;
  readonly cdrOffset: number;
}

/** A record of the topic of jobs. */
export interface JobRow {
  readonly entry: JobEntry;
  readonly offset: number;
  /** When it was made, ms since the epoch. */
  readonly at: number;
  readonly triggersOffset: number;
  readonly replay: boolean;
  /** Set once its call was seen. */
  hasCall: boolean;
}

/** Seen of a job in a topic of jobs or retries. */
interface Sighting {
  readonly at: number;
  readonly topic: string;
  /** Whether the group that reads the topic has not finished it. */
  readonly open: boolean;
}

export interface EndSighting {
  readonly at: number;
  readonly reason: string;
}

/** Decoded records bring each text anew: the ids that many jobs share are kept once. */
class Texts {
  readonly #known = new Map<string, string>();

  own(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, text);
    return text;
  }
}

/** The jobs of an audit: an entry for each id, a row for each record of the topic of jobs. About 0.4 KB a job. */
export class JobLedger {
  readonly #entries = new Map<string, JobEntry>();
  readonly #rows = new Map<number, JobRow[]>();
  readonly #texts = new Texts();
  #sorted = true;

  made(
    place: JobPlace,
    seen: Sighting & { readonly replay: boolean; readonly triggersOffset: number },
  ): void {
    const entry = this.#entry(place, seen.at);
    if (seen.replay) entry.replays += 1;
    else entry.originals += 1;
    this.#open(entry, seen);
    const rows = this.#rows.get(place.cdrPartition) ?? [];
    const { at, triggersOffset, replay } = seen;
    rows.push({ entry, offset: place.cdrOffset, at, triggersOffset, replay, hasCall: false });
    this.#rows.set(place.cdrPartition, rows);
    this.#sorted = false;
  }

  waits(place: JobPlace, seen: Sighting): void {
    this.#open(this.#entry(place, seen.at), seen);
  }

  died(place: JobPlace, { at, reason }: EndSighting): void {
    const entry = this.#entry(place, at);
    entry.dead += 1;
    if (at < entry.deadAt) return;
    entry.deadAt = at;
    entry.deadReason = this.#texts.own(reason);
  }

  attempted(
    place: JobPlace,
    { at, reason, attempt, outcome }: EndSighting & { attempt: number; outcome: string },
  ): void {
    const entry = this.#entry(place, at);
    entry.attempts += 1;
    entry.highestAttempt = Math.max(entry.highestAttempt, attempt);
    if (outcome === "delivered") entry.delivered += 1;
    else if (outcome === "dead") entry.saidDead += 1;
    else if (outcome === "cancelled") {
      entry.cancelled += 1;
      if (at < entry.cancelledAt) return;
      entry.cancelledAt = at;
      entry.cancelReason = this.#texts.own(reason);
    }
  }

  get entries(): Iterable<JobEntry> {
    return this.#entries.values();
  }

  /** The records of the topic of jobs that come of one call. */
  rowsOf(partition: number, offset: number): readonly JobRow[] {
    const rows = this.#rowsOf(partition);
    const found: JobRow[] = [];
    for (let index = firstFrom(rows, offset); rows[index]?.offset === offset; index += 1) {
      found.push(rows[index] as JobRow);
    }
    return found;
  }

  /** The first record of match that comes of a call at `offset` or behind it: what stands there was matched by then. */
  nextMade(partition: number, offset: number): JobRow | undefined {
    const rows = this.#rowsOf(partition);
    for (let index = firstFrom(rows, offset); index < rows.length; index += 1) {
      if (rows[index]?.replay === false) return rows[index];
    }
    return undefined;
  }

  /** The last record of match that comes of a call before `offset`. */
  lastMade(partition: number, offset: number): JobRow | undefined {
    const rows = this.#rowsOf(partition);
    for (let index = firstFrom(rows, offset) - 1; index >= 0; index -= 1) {
      if (rows[index]?.replay === false) return rows[index];
    }
    return undefined;
  }

  /** All records of the topic of jobs. */
  *rows(): Iterable<JobRow> {
    for (const partition of this.#rows.keys()) yield* this.#rowsOf(partition);
  }

  #rowsOf(partition: number): readonly JobRow[] {
    if (!this.#sorted) {
      for (const rows of this.#rows.values()) rows.sort((a, b) => a.offset - b.offset);
      this.#sorted = true;
    }
    return this.#rows.get(partition) ?? [];
  }

  #open(entry: JobEntry, { at, topic, open }: Sighting): void {
    if (!open || at < entry.openAt) return;
    entry.openAt = at;
    entry.openTopic = topic;
  }

  #entry({ jobId, triggerId, tenantId, cdrPartition, cdrOffset }: JobPlace, at: number): JobEntry {
    let entry = this.#entries.get(jobId);
    if (entry === undefined) {
      entry = {
        jobId,
        triggerId: this.#texts.own(triggerId),
        tenantId: this.#texts.own(tenantId),
        partition: cdrPartition,
        offset: cdrOffset,
        firstAt: at,
        originals: 0,
        replays: 0,
        delivered: 0,
        dead: 0,
        deadAt: -1,
        deadReason: "",
        cancelled: 0,
        cancelledAt: -1,
        cancelReason: "",
        saidDead: 0,
        attempts: 0,
        highestAttempt: 0,
        openAt: -1,
        openTopic: "",
        isListed: false,
      };
      this.#entries.set(jobId, entry);
    }
    entry.firstAt = Math.min(entry.firstAt, at);
    return entry;
  }
}

/** The index of the first row whose call is at `offset` or behind it. */
function firstFrom(rows: readonly JobRow[], offset: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.offset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
