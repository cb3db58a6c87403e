import { PartitionAssigners } from "kafkajs";
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from "kafkajs";
import type { TopicPartition } from "../log/log-record.ts";
import { OnhookError } from "../errors.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import { onClockSetBack } from "../runtime/clock-set-back.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { explained } from "./broker-failure.ts";
import { watchFetches } from "./fetch-watch.ts";
import { watchGenerations } from "./group-generation.ts";
import type { MemberWatch } from "./member-watchers.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { watchPositions } from "./out-of-range.ts";
import type { OutOfRange } from "./out-of-range.ts";
import type { Membership } from "./offset-commits.ts";
import type { Claims } from "./share-out.ts";
import { claimsAfter, noClaims, stickyAssigner } from "./sticky-assigner.ts";

export interface SupervisedConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly config: Omit<ConsumerConfig, "groupId" | "retry">;
  /** How many partitions' batches may be handled at the same time. */
  readonly partitionsAtOnce: number;
  /** True: the position moves only where the handler says so by `resolveOffset`; else behind each batch it returns from. */
  readonly handlerResolves?: boolean;
}

/** What the group has told. */
export interface Answer {
  readonly membership: Membership;
  /**
   * When it was asked, by the clock that nobody sets (performance.now()). Not when the answer was read: a process that is
   * frozen finds it there when it goes on, long after it may have ceased to be true.
   */
  readonly askedAt: number;
}

export interface SupervisedHandlers {
  /** Each time the group hands out partitions, before the first fetch of that assignment. */
  joined(consumer: Consumer, partitions: readonly TopicPartition[]): void;
  batch(payload: EachBatchPayload, consumer: Consumer): Promise<void>;
  /** The partition is not what it was: it is read anew, and what is known of its offsets means nothing any more. */
  rewound(at: TopicPartition): void;
  /**
   * After `joined`, and still before the first fetch, which waits for it. `followsOn`: this process was a member of the
   * generation before, too, or of none so far; else somebody else may have had its partitions in between.
   */
  began?(answer: Answer, followsOn: boolean): Promise<void>;
  /** It joins anew, or leaves, when it resolves: until `began` has resolved once more, its partitions may be given to others. */
  unsettled?(): Promise<void>;
  /** To a heartbeat. */
  answered?(answer: Answer): void;
  /** The consumer is gone, crashed or stopped; until the next `joined` there is none. */
  left(): void;
}

function assignedPartitions(assignment: Record<string, number[]>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

/**
 * kafkajs does not look for a partition's leader again after a fetch that timed out: it would ask one that is frozen for
 * as long as it believes what it knows, which is five minutes by default.
 */
const metadataMaxAge = 5_000;
/** Smaller steps, in ms, cost less than a consumer's start: heartbeats pause for so long, and sessions are longer. */
const setBackMs = 2000;

/** Those by whose answers a member knows that it is one. */
const membershipRequests: ReadonlySet<string> = new Set(["SyncGroup", "Heartbeat"]);

type Begun = SupervisedHandlers & { began(answer: Answer): Promise<void> };

type End = { readonly crashed: Error } | "stopped";

function crashedBy(error: unknown): End {
  return { crashed: error instanceof Error ? error : new Error(String(error)) };
}

/**
 * Keeps a kafkajs consumer running until `signal` is aborted. kafkajs ends a consumer for good on any error that it
 * takes for final (a TypeError in a handler, an unknown codec, no broker to be found) and goes silent; here each crash
 * is told, and a new consumer takes over after a back-off. Positions are the caller's: nothing is committed here.
 */
export async function runSupervised(
  kafka: Kafka,
  options: SupervisedConsumerOptions,
  deps: { readonly clock: Clock; readonly emit: Emit<KafkaEvent>; readonly signal: AbortSignal },
  handlers: SupervisedHandlers,
): Promise<void> {
  const { clock, emit, signal } = deps;
  const { groupId } = options;
  let claims = noClaims;
  /** The last generation that was begun; that of the claims may be one that was joined and not begun. */
  let begun = noClaims.generation;
  /** What was handed out last. */
  let handed: readonly TopicPartition[] = [];
  for (let failures = 0; !signal.aborted; failures += 1) {
    const consumer = createConsumer(kafka, options, () => claims);
    const end = await runOnce(consumer, options, deps, {
      ...handlers,
      joined(consumer, partitions) {
        failures = 0;
        handed = partitions;
        handlers.joined(consumer, partitions);
      },
      async began(answer) {
        const { membership } = answer;
        const { generation } = membership;
        claims = claimsAfter(claims, generation, handed);
        await handlers.began?.(answer, begun === noClaims.generation || generation === begun + 1);
        begun = generation;
      },
    });
    if (end === "stopped") return;
    const error = explained(end.crashed);
    emit({ type: "consumer.crashed", group: groupId, error, restarts: true });
    await pause(clock, backoffMs(failures, Math.random), signal);
  }
}

function createConsumer(
  kafka: Kafka,
  { config, groupId }: SupervisedConsumerOptions,
  claims: () => Claims,
): Consumer {
  return kafka.consumer({
    ...config,
    groupId,
    metadataMaxAge,
    // The group takes the first that all members know: processes of a version without it are being replaced, it may be.
    partitionAssigners: [stickyAssigner(claims), PartitionAssigners.roundRobin],
    // Every crash comes to us: kafkajs's own restart would forget what was paused.
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: 5,
      restartOnFailure: async () => false,
    },
  });
}

/** Tells the handlers of each generation and each heartbeat, until it is over: what comes then speaks of a consumer that is gone. */
function watchMembership(
  consumer: Consumer,
  handlers: Begun,
  end: (end: End) => void,
): { readonly generations: MemberWatch; isOver: boolean } {
  /** When the group was asked what it has answered last. */
  let askedAt = -Infinity;
  const watched = { isOver: false };
  const generations = watchGenerations(async (membership) => {
    if (watched.isOver) return;
    if (membership === null) {
      await handlers.unsettled?.();
      return;
    }
    try {
      await handlers.began({ membership, askedAt });
    } catch (error) {
      // In a later join kafkajs would try that again, and fetch on if that fails as well.
      end(crashedBy(error));
      watched.isOver = true;
      throw error;
    }
  });
  consumer.on("consumer.network.request", ({ payload: { apiName, duration } }) => {
    if (membershipRequests.has(apiName)) askedAt = performance.now() - Math.max(0, duration);
  });
  consumer.on("consumer.heartbeat", ({ payload: { memberId, groupGenerationId: generation } }) => {
    if (!watched.isOver) handlers.answered?.({ membership: { memberId, generation }, askedAt });
  });
  return Object.assign(watched, { generations });
}

async function runOnce(
  consumer: Consumer,
  options: SupervisedConsumerOptions,
  deps: { readonly clock: Clock; readonly emit: Emit<KafkaEvent>; readonly signal: AbortSignal },
  handlers: Begun,
): Promise<End> {
  const { groupId } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<End>();
  using positions = watchPositions((found) => tellOutOfRange(found, groupId, deps.emit, handlers));
  using fetches = watchFetches((fetched) =>
    deps.emit({ type: "consumer.fetched", group: groupId, at: deps.clock.now(), ...fetched }),
  );
  const membership = watchMembership(consumer, handlers, end);
  using generations = membership.generations;
  const onStop = (): void => end("stopped");
  // kafkajs sends the next heartbeat when the clock is past the last one: set back by an hour, it sends none for that
  // hour, loses its partitions and does not notice. A new consumer begins with the clock as it is.
  using _clock = onClockSetBack(setBackMs, () =>
    end({ crashed: new OnhookError("CLOCK_SET_BACK") }),
  );
  deps.signal.addEventListener("abort", onStop, { once: true });
  consumer.on("consumer.crash", ({ payload }) => end({ crashed: payload.error }));
  consumer.on("consumer.group_join", ({ payload }) => {
    deps.emit({ type: "consumer.joined", group: groupId, assignment: payload.memberAssignment });
    positions.follow(payload.memberId);
    fetches.follow(payload.memberId);
    generations.follow(payload.memberId);
    handlers.joined(consumer, assignedPartitions(payload.memberAssignment));
  });
  consumer.on("consumer.rebalancing", () =>
    deps.emit({ type: "consumer.rebalancing", group: groupId }),
  );
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: options.partitionsAtOnce,
      eachBatchAutoResolve: options.handlerResolves !== true,
      eachBatch: async (payload) => {
        if (!membership.isOver) await handlers.batch(payload, consumer);
      },
    });
    return await ended;
  } catch (error) {
    return crashedBy(error);
  } finally {
    membership.isOver = true;
    deps.signal.removeEventListener("abort", onStop);
    handlers.left();
    await disconnect(consumer, groupId, deps.emit);
  }
}

function tellOutOfRange(
  { topic, partition, position: from, low: to }: OutOfRange,
  group: string,
  emit: Emit<KafkaEvent>,
  handlers: SupervisedHandlers,
): void {
  if (from < to) {
    const count = to - from;
    emit({ type: "consumer.records-lost", group, topic, partition, from, to, count });
  } else {
    emit({ type: "consumer.rewound", group, topic, partition, from, to });
    handlers.rewound({ topic, partition });
  }
}

async function disconnect(
  consumer: Consumer,
  group: string,
  emit: Emit<KafkaEvent>,
): Promise<void> {
  try {
    await consumer.disconnect();
  } catch (error) {
    emit({ type: "consumer.crashed", group, error, restarts: false });
  }
}
