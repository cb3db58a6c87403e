import type { Decision } from "../../src/delivery/decision.ts";
import type { DeliverJob } from "../../src/delivery/deliver-job.ts";
import type { DeliveryEvent } from "../../src/delivery/delivery-events.ts";
import { createDeliveryStage } from "../../src/delivery/delivery-stage.ts";
import type { IntakeHandlers, PartitionConsumer } from "../../src/delivery/intake.ts";
import { attemptRecord } from "../../src/delivery/attempt-record.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import type { CommittedOffset, OutgoingRecord } from "../../src/log/log-record.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";
import { nine, recordsAt, someJob, someRecord, someState } from "./some-jobs.ts";

export const jobs = { topic: "onhook.jobs", partition: 0 };

export const delivered: Decision = {
  onward: null,
  attempt: attemptRecord(someJob(), someState(), {
    startedAt: nine,
    request: { method: "POST", url: "https://crm.example.com/" },
    result: { kind: "answer", status: 200, retryAfter: null, durationMs: 3 },
    outcome: { kind: "delivered", status: 200 },
    trace: null,
    stop: { kind: "done" },
  }),
  outcome: { kind: "delivered", status: 200 },
  trace: null,
  cdrTimestamp: nine - 500,
  error: null,
};

/** A consumer that hands over what the test gives it. */
class ScriptedConsumer implements PartitionConsumer {
  readonly commits: CommittedOffset[] = [];
  handlers: IntakeHandlers | undefined;
  refuses = false;
  readonly #ended = Promise.withResolvers<void>();

  async run(handlers: IntakeHandlers, signal: AbortSignal): Promise<void> {
    this.handlers = handlers;
    signal.addEventListener("abort", () => this.end(), { once: true });
    await this.#ended.promise;
  }
  end(): void {
    this.#ended.resolve();
  }
  fail(error: Error): void {
    this.#ended.reject(error);
  }
  pause(): void {}
  resume(): void {}
  /** The group answers nobody while it is set. */
  silence: Promise<void> | undefined;
  get isConfirmed(): boolean {
    return this.silence === undefined;
  }

  async confirmed(): Promise<void> {
    await this.silence;
  }
  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    if (this.refuses) throw new Error("rebalancing");
    this.commits.push(...offsets);
  }
}

/** Jobs that are decided when the test says so, in the order in which they were begun. */
export function answeredByHand() {
  const answers: PromiseWithResolvers<Decision>[] = [];
  const deliver: DeliverJob = () => {
    const answer = Promise.withResolvers<Decision>();
    answers.push(answer);
    return answer.promise;
  };
  return { deliver, answers };
}

/** A stage at work: `deliver` decides each job, `write` is how the log takes a record. */
export async function setUp(parts: {
  readonly deliver: DeliverJob;
  readonly maxPerEndpoint?: number;
  readonly write?: (record: OutgoingRecord) => Promise<void>;
}) {
  const clock = createFakeClock(nine);
  const events: DeliveryEvent[] = [];
  const written: OutgoingRecord[] = [];
  const consumers = { jobs: new ScriptedConsumer(), retries: new ScriptedConsumer() };
  const [stop, kill] = [new AbortController(), new AbortController()];
  const stage = createDeliveryStage({
    consumers,
    deliver: parts.deliver,
    writer: {
      async write(record) {
        await parts.write?.(record);
        written.push(record);
      },
    },
    jobs: { encode: () => Buffer.from("job"), decode: async () => someJob() },
    deadTopic: "dead",
    attempts: { encode: ({ jobId, outcome }) => Buffer.from(`${jobId} ${outcome}`) },
    attemptsTopic: "attempts",
    ladder: createRetryLadder("r.", [2000, 4000]),
    endpoints: { admits: () => "send" },
    endpointOf: (key) => ({ id: key?.toString() ?? "none", tenantId: "t1" }),
    scheduling: { maxInFlight: 10, maxPerEndpoint: parts.maxPerEndpoint ?? 10, patienceMs: 1000 },
    limits: { records: 100, bytes: 1_000_000 },
    commitIntervalMs: 100,
    clock,
    heartbeatIntervalMs: 1500,
    steadyClock: clock,
    emit: (event) => void events.push(event),
  });
  const ended = stage.run(stop.signal, kill.signal);
  await settle();
  const take = async (...offsets: number[]): Promise<void> => {
    consumers.jobs.handlers?.records({ ...jobs, records: recordsAt(...offsets) });
    await settle();
  };
  const types = () =>
    events.map(({ type }) => type).filter((type) => type !== "delivery.in-flight");
  const survey = () => {
    stage.survey();
    return events.findLast((event) => event.type === "delivery.surveyed");
  };
  const retry = async (offset: number, due: number): Promise<void> => {
    const headers = { "onhook-due-at": String(due) };
    const records = [someRecord({ topic: "r.4s", offset, key: null, headers })];
    consumers.retries.handlers?.records({ topic: "r.4s", partition: 0, records });
    await settle();
  };
  return { clock, events, types, written, consumers, stop, kill, ended, take, survey, retry };
}
