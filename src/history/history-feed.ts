import { OnhookError } from "../errors.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { LogRecord } from "../log/log-record.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import { isAttemptOutcome } from "./attempt-outcomes.ts";
import type { CallKeeper } from "./call-keeper.ts";
import type { ChangeRecord } from "./change-record.ts";
import { decodeBatch } from "./decode-batch.ts";
import type { Decoder } from "./decode-batch.ts";
import { forgetAgain } from "./forget-again.ts";
import { GroupCommit } from "./group-commit.ts";
import type { TopicStanding } from "./history-events.ts";
import type { FeedBatch, HistoryStore, Position } from "./history-store.ts";
import { TopicFollower } from "./topic-follower.ts";
import type { FollowerDeps, Following } from "./topic-follower.ts";

export interface HistoryFeedOptions {
  readonly topics: { readonly attempts: string; readonly changes: string };
  /** What is older is neither read nor kept, in ms. */
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface HistoryFeedDeps extends FollowerDeps {
  readonly store: HistoryStore;
  readonly attempts: Decoder<DeliveryAttempt>;
  readonly changes: Decoder<ChangeRecord>;
  /** Null: calls are not kept. */
  readonly keeper: CallKeeper | null;
}

/** What a batch holds besides its place. */
type Contents = Pick<FeedBatch, "attempts" | "changes" | "calls">;
const nothing: Contents = { attempts: [], changes: [], calls: [] };

/**
 * Keeps the history up with its topics, and within its bounds. Whatever fails is told and tried again, after longer and
 * longer pauses until something is written; a file that is found to be damaged is made anew. Nothing of this ends the process.
 */
export class HistoryFeed implements Service {
  readonly name = "history";
  readonly #options: HistoryFeedOptions;
  readonly #deps: HistoryFeedDeps;
  readonly #followers: readonly TopicFollower[];
  readonly #commits: GroupCommit;
  #positions: readonly Position[] = [];
  /** How often it was opened, or could not be, since something was written last. */
  #failures = 0;

  constructor(options: HistoryFeedOptions, deps: HistoryFeedDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#commits = new GroupCommit((batches) => this.#write(batches));
    const { attempts, changes } = options.topics;
    this.#followers = [
      new TopicFollower(attempts, this.#following(attempts, this.#readAttempts), deps),
      new TopicFollower(changes, this.#following(changes, this.#readChanges), deps),
    ];
  }

  get standing(): readonly TopicStanding[] {
    return this.#followers.map(({ standing }) => standing);
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await this.#keepUp(stop);
      } catch (error) {
        this.#deps.emit({ type: "history.write-failed", error });
        await pause(this.#deps.clock, backoffMs(this.#failures, Math.random), stop);
        this.#failures += 1;
      }
    }
  }

  /** Until it is stopped. Rejects where the file can't be opened, or has to be opened anew. */
  async #keepUp(stop: AbortSignal): Promise<void> {
    const { positions, lost } = await this.#deps.store.open();
    this.#positions = positions;
    const ending = AbortSignal.any([stop, lost]);
    await Promise.all([
      ...this.#followers.map((follower) => follower.run(ending)),
      forgetAgain(this.#options, this.#deps, ending),
    ]);
    if (!stop.aborted) lost.throwIfAborted();
  }

  async #write(batches: readonly FeedBatch[]): Promise<void> {
    try {
      await this.#deps.store.feed(batches);
      this.#failures = 0;
    } catch (error) {
      this.#deps.emit({ type: "history.write-failed", error });
      throw error;
    }
  }

  #following(
    topic: string,
    read: (partition: number, records: readonly LogRecord[]) => Promise<Contents>,
  ): Following {
    return {
      start: async (partition, source) => {
        const known = this.#positions.find(
          (position) => position.topic === topic && position.partition === partition,
        );
        if (known !== undefined) return known.next;
        return (await source.offsetAt(this.#oldest())) ?? (await source.bounds()).end;
      },
      take: async (partition, records, next) => {
        const contents = records.length === 0 ? nothing : await read(partition, records);
        await this.#commits.submit({ topic, partition, next, ...contents });
        this.#deps.keeper?.written(contents.calls);
      },
    };
  }

  #oldest(): number {
    return this.#deps.clock.now() - this.#options.maxAgeMs;
  }

  readonly #readAttempts = async (
    partition: number,
    records: readonly LogRecord[],
  ): Promise<Contents> => {
    const decoded = await decodeBatch(records, this.#deps.attempts, assertKnownOutcome);
    this.#tellUndecodable(this.#options.topics.attempts, partition, decoded);
    const oldest = this.#oldest();
    const attempts = decoded.values.filter(({ at }) => at >= oldest);
    const calls = (await this.#deps.keeper?.callsOf(attempts)) ?? [];
    return { ...nothing, attempts, calls };
  };

  readonly #readChanges = async (
    partition: number,
    records: readonly LogRecord[],
  ): Promise<Contents> => {
    const decoded = await decodeBatch(records, this.#deps.changes, () => undefined);
    this.#tellUndecodable(this.#options.topics.changes, partition, decoded);
    const oldest = this.#oldest();
    return { ...nothing, changes: decoded.values.filter(({ at }) => at >= oldest) };
  };

  #tellUndecodable(
    topic: string,
    partition: number,
    { undecodable: count, firstError: error }: { undecodable: number; firstError: unknown },
  ): void {
    if (count > 0) this.#deps.emit({ type: "history.undecodable", topic, partition, count, error });
  }
}

/** An outcome of a later version can't be counted here. Throws AVRO_DECODE. */
function assertKnownOutcome({ outcome }: DeliveryAttempt): void {
  if (isAttemptOutcome(outcome)) return;
  const problem = `the outcome ${JSON.stringify(outcome)} is not known`;
  throw new OnhookError("AVRO_DECODE", { schemaId: "of an attempt", problem });
}
