import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/delivery/decision.ts";
import type { DeliverJob } from "../../src/delivery/deliver-job.ts";
import type { DeliveryEvent } from "../../src/delivery/delivery-events.ts";
import { createDeliveryStage } from "../../src/delivery/delivery-stage.ts";
import type { IntakeHandlers, PartitionConsumer } from "../../src/delivery/intake.ts";
import { attemptRecord } from "../../src/delivery/attempt-record.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { OnhookError } from "../../src/errors.ts";
import type { CommittedOffset, OutgoingRecord } from "../../src/log/log-record.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";
import { nine, recordsAt, someJob, someRecord, someState } from "./some-jobs.ts";

const jobs = { topic: "onhook.jobs", partition: 0 };

const delivered: Decision = {
  onward: null,
  attempt: attemptRecord(someJob(), someState(), {
    startedAt: nine,
    request: { method: "POST", url: "https://crm.example.com/" },
    result: { kind: "answer", status: 200, retryAfter: null, durationMs: 3 },
    outcome: { kind: "delivered", status: 200 },
    stop: { kind: "done" },
  }),
  outcome: { kind: "delivered", status: 200 },
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

/** A stage at work: `deliver` decides each job, `write` is how the log takes a record. */
async function setUp(parts: {
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

describe("a job that is decided", () => {
  it("has its attempt written under its tenant, and is told of and committed only when that is safe", async () => {
    const safe = Promise.withResolvers<void>();
    const stage = await setUp({ deliver: async () => delivered, write: () => safe.promise });
    await stage.take(5);
    await stage.clock.advance(1000);
    expect([stage.types(), stage.consumers.jobs.commits]).toEqual([[], [{ ...jobs, offset: 5 }]]);
    safe.resolve();
    await stage.clock.advance(100);
    const value = Buffer.from(`${someJob().jobId} delivered`);
    expect(stage.written).toEqual([{ topic: "attempts", key: "t1", value }]);
    const told = stage.events.filter(({ type }) => type === "delivery.attempted");
    expect(told).toMatchObject([{ outcome: "delivered", latencyMs: 1500 }]);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 6 });
  });

  it("goes on only together with its attempt", async () => {
    const onward = { topic: "r.2s", key: "k", value: Buffer.from("job") };
    const stage = await setUp({ deliver: async () => ({ ...delivered, onward }) });
    await stage.take(0);
    expect(stage.written.map(({ topic }) => topic)).toEqual(["r.2s", "attempts"]);
  });

  it("is told as undecodable, and not as an attempt, where it was none", async () => {
    const error = new OnhookError("WIRE_FORMAT", { problem: "x" });
    const decision = { onward: null, attempt: null, outcome: null, cdrTimestamp: null, error };
    const stage = await setUp({ deliver: async () => decision });
    await stage.take(3);
    expect(stage.events).toContainEqual({ type: "job.undecodable", ...jobs, offset: 3, error });
    expect(stage.types()).toEqual(["job.undecodable"]);
  });
});

describe("a worker that was frozen", () => {
  it.each([
    ["begins nothing", true, []],
    ["hands on nothing that it was at work on", false, ["attempts"]],
  ])("%s before the group has answered, and then only what is still its own", async (...given) => {
    const [, before, written] = given;
    const onward = { topic: "r.2s", key: "k", value: Buffer.from("job") };
    const [request, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const deliver = async () => request.promise.then(() => ({ ...delivered, onward }));
    const stage = await setUp({ deliver });
    if (before) stage.consumers.jobs.silence = answer.promise;
    await stage.take(0);
    stage.consumers.jobs.silence = answer.promise;
    request.resolve();
    await stage.clock.advance(1000);
    expect(stage.written).toEqual([]);
    stage.consumers.jobs.handlers?.assigned([]);
    answer.resolve();
    await stage.clock.advance(1000);
    expect(stage.written.map(({ topic }) => topic)).toEqual(written);
  });
});

describe("a job that can't be decided now", () => {
  it("is tried again, later and later, and holds its place while others go past", async () => {
    let away = true;
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset === 0 && away) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    await stage.take(0, 1);
    await stage.clock.advance(10_000);
    expect(stage.types().filter((type) => type === "delivery.attempted")).toHaveLength(1);
    const held = stage.types().filter((type) => type === "delivery.held").length;
    expect(held).toBeGreaterThan(3);
    expect(held).toBeLessThan(20);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0, metadata: "1;0;1.1" }]);
    away = false;
    await stage.clock.advance(20_000);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 2 });
  });

  it("takes no other job's place, however many there are, and is left when the stage ends", async () => {
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset < 50) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    await stage.take(...Array.from({ length: 60 }, (_, offset) => offset));
    expect(stage.types().filter((type) => type === "delivery.attempted")).toHaveLength(10);
    stage.stop.abort();
    await stage.ended;
    expect(stage.consumers.jobs.commits).toMatchObject([{ ...jobs, offset: 0 }]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("is left to whoever has the partition next when trying again can't help, and told", async () => {
    const stage = await setUp({
      async deliver({ offset }) {
        if (offset === 0) throw new TypeError("a mistake");
        return delivered;
      },
    });
    await stage.take(0, 1);
    await stage.clock.advance(60_000);
    expect(stage.types()).toEqual(["delivery.held", "delivery.attempted"]);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0, metadata: "1;0;1.1" }]);
  });
});

describe("a commit that the group does not take", () => {
  it("is told, and said again soon, later and later, up to a second", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    stage.consumers.jobs.refuses = true;
    await stage.take(0);
    await stage.clock.advance(2500);
    expect(stage.types().filter((type) => type === "delivery.commit-failed")).toHaveLength(5);
    stage.consumers.jobs.refuses = false;
    await stage.clock.advance(1000);
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 1 }]);
  });
});

describe("a retry", () => {
  it("is told as overdue by as much as it was handed out late, under its rung's name", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    const [late, soon] = [nine - 1500, nine + 500].map((due, offset) =>
      someRecord({ topic: "r.4s", offset, headers: { "onhook-due-at": String(due) } }),
    );
    const records = [late, soon].filter((record) => record !== undefined);
    stage.consumers.retries.handlers?.records({ topic: "r.4s", partition: 0, records });
    await stage.clock.advance(500);
    expect(stage.events.filter(({ type }) => type === "delivery.retry-overdue")).toEqual([
      { type: "delivery.retry-overdue", tier: "4s", seconds: 1.5 },
      { type: "delivery.retry-overdue", tier: "4s", seconds: 0 },
    ]);
  });
});

describe("the time to the first request", () => {
  const first = ({ events }: Awaited<ReturnType<typeof setUp>>) =>
    events.flatMap((event) => (event.type === "delivery.attempted" ? [event.firstRequestMs] : []));

  it("goes from the call's append to the begin of the request", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.take(0);
    expect(first(stage)).toEqual([500]);
  });

  it("is told of no later attempt, and of no job that ends without a request", async () => {
    const { attempt } = delivered;
    const later = { ...delivered, attempt: attempt && { ...attempt, attempt: 2 } };
    const unsent = { ...delivered, attempt: attempt && { ...attempt, method: null } };
    const decisions = [later, unsent];
    const stage = await setUp({ deliver: async ({ offset }) => decisions[offset] ?? null });
    await stage.take(0, 1);
    expect(first(stage)).toEqual([null, null]);
  });

  it("is told of no job that comes from the ladder or from a replay, though it is its first attempt", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.retry(0, nine);
    const records = [someRecord({ headers: { "onhook-replay": "1" } })];
    stage.consumers.jobs.handlers?.records({ ...jobs, records });
    await stage.clock.advance(0);
    expect(first(stage)).toEqual([null, null]);
  });

  it("is told of no job that waited for its endpoint, and of those that waited for this process", async () => {
    const answers: PromiseWithResolvers<Decision>[] = [];
    const deliver: DeliverJob = () => {
      const answer = Promise.withResolvers<Decision>();
      answers.push(answer);
      return answer.promise;
    };
    const stage = await setUp({ deliver, maxPerEndpoint: 1 });
    const key = (endpoint: number) => Buffer.from(`endpoint ${endpoint}`);
    const records = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((endpoint, offset) =>
      someRecord({ offset, key: key(endpoint) }),
    );
    stage.consumers.jobs.handlers?.records({ ...jobs, records });
    while (first(stage).length < records.length) {
      for (const answer of answers.splice(0)) answer.resolve(delivered);
      await settle();
    }
    expect(first(stage).filter((ms) => ms === null)).toHaveLength(1);
    expect(first(stage).filter((ms) => ms === 500)).toHaveLength(records.length - 1);
  });
});

describe("the survey", () => {
  it("tells nothing before the stage runs", () => {
    const told: unknown[] = [];
    const emit = (event: unknown): void => void told.push(event);
    createDeliveryStage({ emit } as Parameters<typeof createDeliveryStage>[0]).survey();
    expect(told).toEqual([]);
  });

  it("counts what waits in memory for its time or its turn, and not what is under way", async () => {
    const answer = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => answer.promise, maxPerEndpoint: 4 });
    await stage.take(0, 1, 2, 3, 4, 5);
    await stage.retry(0, nine + 3000);
    expect(stage.survey()).toMatchObject({ buffered: 3, inFlightLimit: 10 });
    answer.resolve(delivered);
    await stage.clock.advance(3000);
    expect(stage.survey()).toMatchObject({ buffered: 0 });
  });

  it("has a rung's oldest job that has not gone out get the more overdue the longer it waits, until it goes", async () => {
    const answers: PromiseWithResolvers<Decision>[] = [];
    const deliver: DeliverJob = () => {
      const answer = Promise.withResolvers<Decision>();
      answers.push(answer);
      return answer.promise;
    };
    const stage = await setUp({ deliver, maxPerEndpoint: 1 });
    const overdue = () => Object.fromEntries(stage.survey()?.overdueMs ?? []);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
    await stage.retry(0, nine + 100);
    await stage.retry(1, nine + 200);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
    await stage.clock.advance(900);
    // The first is under way; the second waits behind it.
    expect(overdue()).toEqual({ "2s": 0, "4s": 700 });
    await stage.clock.advance(50);
    expect(overdue()).toEqual({ "2s": 0, "4s": 750 });
    answers[0]?.resolve(delivered);
    await settle();
    expect(answers).toHaveLength(2);
    expect(overdue()).toEqual({ "2s": 0, "4s": 0 });
  });

  it("has a job that can't be handled now be overdue, until it is or belongs to another worker", async () => {
    let away = true;
    const stage = await setUp({
      async deliver() {
        if (away) throw new OnhookError("REGISTRY_UNREACHABLE");
        return delivered;
      },
    });
    const overdue = () => stage.survey()?.overdueMs.get("4s") ?? 0;
    await stage.retry(0, nine);
    await stage.clock.advance(5000);
    expect(overdue()).toBe(5000);
    stage.consumers.retries.handlers?.assigned([]);
    expect(overdue()).toBe(0);
    await stage.retry(1, nine);
    await stage.clock.advance(1000);
    expect(overdue()).toBe(6000);
    away = false;
    await stage.clock.advance(10_000);
    expect(overdue()).toBe(0);
  });

  it("has a job that a mistake keeps from ever being handled be overdue", async () => {
    const deliver = async () => Promise.reject(new TypeError("a mistake"));
    const stage = await setUp({ deliver });
    await stage.retry(0, nine);
    await stage.clock.advance(60_000);
    expect(stage.types()).toContain("delivery.held");
    expect(stage.survey()?.overdueMs.get("4s")).toBe(60_000);
  });

  it("has nothing in hand any more when the stage has ended", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    await stage.retry(0, nine + 3000);
    stage.stop.abort();
    await stage.ended;
    await stage.clock.advance(60_000);
    const { buffered, overdueMs } = stage.survey() ?? {};
    expect([buffered, overdueMs?.get("4s")]).toEqual([0, 0]);
  });
});

describe("the end of the stage", () => {
  it("comes when a consumer ends by itself, after what is in flight is finished and committed", async () => {
    const deciding = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => deciding.promise });
    await stage.take(0);
    stage.consumers.retries.end();
    await settle();
    deciding.resolve(delivered);
    await stage.ended;
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 1 });
  });

  it("comes when a consumer fails, with the same order and its error", async () => {
    const deciding = Promise.withResolvers<Decision>();
    const stage = await setUp({ deliver: () => deciding.promise });
    await stage.take(0);
    const failure = new Error("beyond repair");
    const ended = stage.ended.catch((error: unknown) => error);
    stage.consumers.retries.fail(failure);
    await settle();
    deciding.resolve(delivered);
    expect(await ended).toBe(failure);
    expect(stage.consumers.jobs.commits.at(-1)).toEqual({ ...jobs, offset: 1 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("leaves no timer behind, though retries are pending: the process can end", async () => {
    const stage = await setUp({ deliver: async () => delivered });
    const headers = { "onhook-due-at": String(nine + 4000) };
    const records = [someRecord({ topic: "r.4s", headers })];
    stage.consumers.retries.handlers?.records({ topic: "r.4s", partition: 0, records });
    stage.stop.abort();
    await stage.ended;
    expect(stage.clock.pendingTimers).toBe(0);
    expect(stage.types()).toEqual([]);
  });

  it("waits for a write that the log does not take, until the time for it is over", async () => {
    const never = new Promise<void>(() => undefined);
    const stage = await setUp({ deliver: async () => delivered, write: () => never });
    await stage.take(0);
    stage.stop.abort();
    let ended = false;
    void stage.ended.then(() => (ended = true));
    await stage.clock.advance(60_000);
    expect(ended).toBe(false);
    stage.kill.abort();
    await stage.ended;
    expect(stage.consumers.jobs.commits).toEqual([{ ...jobs, offset: 0 }]);
  });
});
