import { randomUUID } from "node:crypto";
import type { Kafka } from "kafkajs";
import type { AuditedWriter, Change } from "../configuration/audited-writer.ts";
import { OnhookError } from "../errors.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { explained } from "./broker-failure.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { PartitionReader } from "./partition-reader.ts";
import { isCoordinatorMoving, isLeaderMoving, isTooLarge } from "./refusal-types.ts";
import { Write, isOpen, waitingAgain } from "./audited-write.ts";
import type { Places } from "./audited-write.ts";
import { TransactionalWriter } from "./transactional-writer.ts";

export interface AuditedWriterOptions {
  /** The topic that what is told of changes goes to. */
  readonly changesTopic: string;
  /** The topics that are written to besides. */
  readonly outputs: readonly string[];
  readonly transactionalIdPrefix: string;
  /** After so many ms a write is given up. */
  readonly patienceMs: number;
}

interface Deps {
  readonly clock: Clock;
  readonly emit: Emit<KafkaEvent>;
  readonly encode: (record: ChangeRecord) => Buffer;
}

/** A transaction whose end was not heard of. */
interface Doubt {
  readonly writes: readonly Write[];
  readonly places: Places;
}

/**
 * How long brokers keep a transaction open whose writer has died, ms. Until it ends nobody reads on in the topics that it
 * has written to, and those are what every role reads its configuration from.
 */
const transactionTimeoutMs = 10_000;

/** So many tries in a row may find a leader or a coordinator that is just being chosen before that is told. */
const electionTries = 5;

/** How many writes go into one transaction at most. */
const mostAtOnce = 200;

/** Makes a writer; it connects with the first write. Close it: what still waits is rejected then. */
export function createAuditedWriter(
  kafka: Kafka,
  options: AuditedWriterOptions,
  deps: Deps,
): AuditedWriter & AsyncDisposable {
  return new KafkaAuditedWriter(createTransactionalLog(kafka, options, deps.clock), options, deps);
}

/** The brokers, as far as an audited writer asks them; another one is for tests. */
export interface TransactionalLog extends Pick<TransactionalWriter, "settle" | "commit" | "close"> {
  /** Whether a committed record stands there. To be asked when no transaction is open any more. */
  isReadable(at: CommittedOffset): Promise<boolean>;
}

function createTransactionalLog(
  kafka: Kafka,
  { changesTopic, outputs, transactionalIdPrefix }: AuditedWriterOptions,
  clock: Clock,
): TransactionalLog {
  const writer = new TransactionalWriter(
    kafka,
    {
      source: { topic: changesTopic, partition: 0 },
      transactionalIdPrefix: `${transactionalIdPrefix}-${randomUUID()}`,
      transactionTimeoutMs,
      outputs: [changesTopic, ...outputs],
    },
    clock,
  );
  return {
    settle: (groupIds) => writer.settle(groupIds),
    commit: (records, offsets, written) => writer.commit(records, offsets, written),
    close: () => writer.close(),
    isReadable: (at) => isReadable(kafka, at),
  };
}

async function isReadable(
  kafka: Kafka,
  { topic, partition, offset }: CommittedOffset,
): Promise<boolean> {
  const reader = new PartitionReader(kafka, { topic, partition });
  try {
    const { batch, next, end } = await reader.fetch(offset, 0);
    // The markers are written, so what can be read goes beyond it, on whichever broker.
    if (end <= offset && next <= offset) throw new OnhookError("WRITE_UNCONFIRMED", { topic });
    return batch.records.some((record) => record.offset === offset);
  } finally {
    await reader.close();
  }
}

/**
 * One transaction at a time, each with all that waits by then. The transactional id is of this process alone, so that
 * nobody fences it off; with every settling its own last transaction is ended, and only then is looked whether that was
 * committed. So nothing is written twice, and what can't be known is said to be in doubt.
 */
export class KafkaAuditedWriter implements AuditedWriter, AsyncDisposable {
  readonly #log: TransactionalLog;
  readonly #options: AuditedWriterOptions;
  readonly #deps: Deps;
  readonly #closing = new AbortController();
  #isSettled = false;
  #waiting: Write[] = [];
  #doubt: Doubt | null = null;
  #pump: Promise<void> | null = null;

  constructor(log: TransactionalLog, options: AuditedWriterOptions, deps: Deps) {
    this.#log = log;
    this.#options = options;
    this.#deps = deps;
  }

  write(records: readonly OutgoingRecord[], change: Change): Promise<readonly CommittedOffset[]> {
    const { changesTopic: topic, patienceMs } = this.#options;
    const { clock, encode } = this.#deps;
    if (this.#closing.signal.aborted)
      return Promise.reject(new OnhookError("WRITER_CLOSED", { topic }));
    const value = encode(recordOf(change, clock.now()));
    const write = new Write(records, { topic, key: change.tenantId, value });
    this.#waiting.push(write);
    void pause(clock, patienceMs, write.done).then(() => write.giveUp());
    this.#pump ??= this.#work();
    return write.outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#pump;
    await this.#log.close();
  }

  async #work(): Promise<void> {
    for (let failures = 0; this.#hasWork();) {
      const taken = this.#doubt === null ? this.#waiting.splice(0, mostAtOnce) : [];
      try {
        await this.#settle();
        await this.#resolveDoubt();
        await this.#commit(taken);
        failures = 0;
      } catch (error) {
        failures += 1;
        await this.#failed(taken, error, failures);
      }
    }
    this.#pump = null;
  }

  /** Forgets what nobody waits for any more. A closed writer tries nothing again. */
  #hasWork(): boolean {
    if (this.#closing.signal.aborted)
      for (const write of [...this.#waiting, ...(this.#doubt?.writes ?? [])]) write.giveUp();
    this.#waiting = this.#waiting.filter(isOpen);
    if (this.#doubt?.writes.some(isOpen) === false) this.#doubt = null;
    return this.#waiting.length > 0 || this.#doubt !== null;
  }

  async #failed(taken: readonly Write[], error: unknown, attempt: number): Promise<void> {
    this.#isSettled = false;
    this.#waiting.unshift(...taken.filter(({ state }) => state === "waiting"));
    const { clock, emit } = this.#deps;
    const { changesTopic: topic } = this.#options;
    // Right after a topic's creation its leader is still being chosen; that passes, and is nobody's trouble.
    if (attempt > electionTries || !(isLeaderMoving(error) || isCoordinatorMoving(error)))
      emit({ type: "producer.retrying", topic, attempt, error: explained(error) });
    await pause(clock, backoffMs(attempt, Math.random), this.#closing.signal);
  }

  /** Ends what a failed transaction has left open. Nothing is known of it before. */
  async #settle(): Promise<void> {
    if (this.#isSettled) return;
    await this.#log.settle([]);
    this.#isSettled = true;
  }

  /**
   * A transaction was committed if what was written in it can be read. Looked for is a record of the configuration, which
   * every role that writes it reads as well; what is told of changes only the admin role may read.
   */
  async #resolveDoubt(): Promise<void> {
    const doubt = this.#doubt;
    if (doubt === null) return;
    // The last one: none that came after it can have had the cleaner of a compacted topic remove it.
    const sought = doubt.writes.flatMap(({ records }) => records).at(-1) ?? doubt.writes[0]?.told;
    const at = sought && doubt.places.get(sought);
    const isCommitted = at !== undefined && (await this.#log.isReadable(at));
    this.#doubt = null;
    if (isCommitted) for (const write of doubt.writes) write.succeed(doubt.places);
    else this.#waiting.unshift(...waitingAgain(doubt.writes));
  }

  async #commit(taken: readonly Write[]): Promise<void> {
    const writes = taken.filter(isOpen);
    if (writes.length === 0) return;
    const places = new Map<OutgoingRecord, CommittedOffset>();
    const records = writes.flatMap(({ all }) => all);
    // From here on until it is answered, it may be committed.
    this.#doubt = { writes, places };
    for (const write of writes) write.state = "sent";
    try {
      await this.#log.commit(records, [], (record, at) => void places.set(record, at));
    } catch (error) {
      // The end of a transaction is asked for once every record has its place, and not before.
      if (places.size < records.length) {
        this.#doubt = null;
        waitingAgain(writes);
      }
      if (!isTooLarge(error)) throw error;
      this.#isSettled = false;
      await this.#apart(writes);
      return;
    }
    this.#doubt = null;
    for (const write of writes) write.succeed(places);
  }

  /** One of them is more than its topic takes, which must not be the others' trouble. */
  async #apart(writes: readonly Write[]): Promise<void> {
    const [first, ...others] = writes;
    if (first === undefined) return;
    if (others.length === 0) {
      const bytes = Math.max(...first.all.map(recordSize));
      first.fail(new OnhookError("RECORD_TOO_LARGE", { topic: first.topic, bytes }));
      return;
    }
    for (const write of writes) {
      await this.#settle();
      await this.#commit([write]);
    }
  }
}

function recordOf(change: Change, at: number): ChangeRecord {
  const { by, action, tenantId, triggerId, subject, properties } = change;
  return {
    changeId: randomUUID(),
    at,
    actorId: by.id,
    actorName: by.name,
    actorRole: by.role,
    action,
    tenantId,
    triggerId: triggerId ?? null,
    subject: subject ?? null,
    properties: properties ?? [],
  };
}
