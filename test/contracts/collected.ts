import type { LogRecord, RecordBatch, Standing, TopicPartition } from "../../src/log/log-record.ts";

/** Collects what a consumer is handed, and tells as soon as it is what a test waits for. */
export class Collected {
  readonly records: LogRecord[] = [];
  /** The partitions of each assignment. */
  readonly assignments: (readonly TopicPartition[])[] = [];
  /** Where the group stood at each, where that was told. */
  readonly standings: (Standing | undefined)[] = [];
  readonly rewinds: TopicPartition[] = [];
  readonly #looks = new Set<() => void>();

  /** To be given to a consumer. */
  readonly handlers = {
    assigned: (partitions: readonly TopicPartition[], standing?: Standing): void => {
      this.assignments.push(partitions);
      this.standings.push(standing);
      this.changed();
    },
    rewound: (at: TopicPartition): void => {
      this.rewinds.push(at);
      this.changed();
    },
    records: (batch: RecordBatch): void => {
      this.records.push(...batch.records);
      this.changed();
    },
  };

  changed(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves as soon as `holds`, which is asked whenever something is handed over. */
  async until(holds: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => (holds() ? resolve() : undefined);
    this.#looks.add(look);
    look();
    await promise;
    this.#looks.delete(look);
  }

  /** Resolves when at least so many records have come. */
  untilCount(count: number): Promise<void> {
    return this.until(() => this.records.length >= count);
  }

  get values(): string[] {
    return this.records.map(({ value }) => String(value));
  }
}

/** Something that runs until it is told to stop. */
export interface Running {
  /** Stops it and waits for its end. */
  stop(): Promise<void>;
}

/** Runs it at once. What is still running at the end of a test must be stopped by the test. */
export function running(run: (signal: AbortSignal) => Promise<void>): Running {
  const stop = new AbortController();
  const ended = run(stop.signal);
  return {
    async stop() {
      stop.abort();
      await ended;
    },
  };
}
