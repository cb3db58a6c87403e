import { expect, test } from "vitest";
import type { Change } from "../../src/configuration/audited-writer.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { KafkaAuditedWriter } from "../../src/kafka/kafka-audited-writer.ts";
import type { TransactionalLog } from "../../src/kafka/kafka-audited-writer.ts";
import type { CommittedOffset, OutgoingRecord } from "../../src/log/log-record.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

const by = { id: "token:a", name: "A", role: "operator" } as const;
const change: Change = { by, action: "trigger.replaced", tenantId: "t1" };
const record = (key: string): OutgoingRecord => ({
  topic: "triggers",
  key,
  value: Buffer.from(key),
});

/** What a commit comes to: done; lost before its end was asked for; or its end was never answered. */
type Fate = "done" | "lost" | "unheard committed" | "unheard aborted" | "too large";

/** Brokers whose transactions end as they are told to, one fate for each; after the last all is well. */
function brokers(fates: readonly Fate[] = []) {
  const left = [...fates];
  const committed: OutgoingRecord[] = [];
  let settled = 0;
  let end = 0;
  let isAway = false;
  const readable = new Set<number>();
  const asked: string[] = [];
  const log: TransactionalLog = {
    async settle() {
      if (isAway) throw new Error("away");
      settled += 1;
    },
    async commit(records, _, written) {
      const fate = left.shift() ?? "done";
      if (fate === "lost") throw new Error("lost");
      if (fate === "too large" && records.some(({ key }) => key === "large"))
        throw Object.assign(new Error("too large"), { type: "MESSAGE_TOO_LARGE" });
      for (const each of records) {
        const at: CommittedOffset = { topic: each.topic, partition: 0, offset: end };
        end += 1;
        written?.(each, at);
        if (fate !== "unheard aborted") readable.add(at.offset);
      }
      if (fate !== "unheard aborted") committed.push(...records);
      if (fate.startsWith("unheard")) throw new Error("unheard");
    },
    async close() {},
    async isReadable({ topic, offset }) {
      asked.push(topic);
      return readable.has(offset);
    },
  };
  const events: KafkaEvent[] = [];
  const clock = createFakeClock();
  const options = {
    changesTopic: "changes",
    outputs: [],
    transactionalIdPrefix: "p",
    patienceMs: 20_000,
  };
  const writer = new KafkaAuditedWriter(log, options, {
    clock,
    emit: (event) => void events.push(event),
    encode: () => Buffer.from("change"),
  });
  return {
    writer,
    clock,
    events,
    goAway: (away: boolean): void => void (isAway = away),
    settledTimes: () => settled,
    asked,
    keys: () => committed.filter(({ topic }) => topic === "triggers").map(({ key }) => key),
    changes: () => committed.filter(({ topic }) => topic === "changes").length,
  };
}

/** Lets work go on, and pauses pass, until it has come to something; rejections are given as their codes. */
async function outcome(
  { clock }: ReturnType<typeof brokers>,
  work: Promise<readonly CommittedOffset[]>,
): Promise<unknown> {
  const ended = { isSo: false, as: undefined as unknown };
  void work.then(
    (places) => Object.assign(ended, { isSo: true, as: places.map(({ offset }) => offset) }),
    (error: { code: string }) => Object.assign(ended, { isSo: true, as: error.code }),
  );
  for (let times = 0; !ended.isSo && times < 2000; times += 1) {
    await clock.advance(50);
    await settle();
  }
  return ended.as;
}

test("a change and what is told of it are written together, and it is said where the change stands", async () => {
  const at = brokers();
  expect(await outcome(at, at.writer.write([record("a")], change))).toEqual([0]);
  expect([at.keys(), at.changes()]).toEqual([["a"], 1]);
});

test("what is told alone is written as well", async () => {
  const at = brokers();
  expect(await outcome(at, at.writer.write([], change))).toEqual([]);
  expect(at.changes()).toBe(1);
});

test("what gathers while a transaction is under way goes out with the next, in order", async () => {
  const at = brokers();
  const works = ["a", "b", "c", "d"].map((key) => at.writer.write([record(key)], change));
  for (const work of works) await outcome(at, work);
  expect(at.keys()).toEqual(["a", "b", "c", "d"]);
  expect(at.settledTimes()).toBe(1);
});

test("a transaction that was lost is settled and written again, once", async () => {
  const at = brokers(["lost", "lost"]);
  expect(await outcome(at, at.writer.write([record("a")], change))).toEqual([0]);
  expect([at.keys(), at.settledTimes()]).toEqual([["a"], 3]);
  expect(at.events.map(({ type }) => type)).toEqual(["producer.retrying", "producer.retrying"]);
});

test("one whose end was not heard of is looked for once it is settled: there it is, and is not written twice", async () => {
  const at = brokers(["unheard committed"]);
  expect(await outcome(at, at.writer.write([record("a")], change))).toEqual([0]);
  expect([at.keys(), at.changes()]).toEqual([["a"], 1]);
});

test("it is looked for among what every writer of it may read: what is told of changes is read only where nothing else was written", async () => {
  const at = brokers(["unheard committed", "unheard committed"]);
  expect(await outcome(at, at.writer.write([record("a")], change))).toEqual([0]);
  expect(at.asked).toEqual(["triggers"]);
  expect(await outcome(at, at.writer.write([], change))).toEqual([]);
  expect(at.asked).toEqual(["triggers", "changes"]);
});

test("one whose end was not heard of and that is not there is written again", async () => {
  const at = brokers(["unheard aborted"]);
  expect(await outcome(at, at.writer.write([record("a")], change))).toEqual([2]);
  expect([at.keys(), at.changes()]).toEqual([["a"], 1]);
});

test("while the brokers are away nothing was written, and that is said in time", async () => {
  const at = brokers();
  at.goAway(true);
  expect(await outcome(at, at.writer.write([record("a")], change))).toBe("CONFIG_UNWRITTEN");
  at.goAway(false);
  expect(await outcome(at, at.writer.write([record("b")], change))).toEqual([0]);
  expect(at.keys()).toEqual(["b"]);
});

test("what can not be known by then is said to be in doubt, and never written afterwards", async () => {
  const at = brokers(["unheard aborted"]);
  const work = at.writer.write([record("a")], change);
  await settle();
  at.goAway(true);
  expect(await outcome(at, work)).toBe("CONFIG_IN_DOUBT");
  at.goAway(false);
  expect(await outcome(at, at.writer.write([record("b")], change))).toEqual([2]);
  expect(at.keys()).toEqual(["b"]);
});

test("a record that its topic does not take is refused alone", async () => {
  const at = brokers(["done", "too large", "too large", "too large", "too large"]);
  const first = at.writer.write([record("first")], change);
  const works = ["a", "large", "b"].map((key) => at.writer.write([record(key)], change));
  const outcomes = await Promise.all([first, ...works].map((work) => outcome(at, work)));
  expect(outcomes).toEqual([[0], [2], "RECORD_TOO_LARGE", [4]]);
  expect(at.keys()).toEqual(["first", "a", "b"]);
});

test("a writer that is closed refuses what waits and what comes, as what was not written", async () => {
  const at = brokers();
  at.goAway(true);
  const waiting = at.writer.write([record("a")], change);
  await settle();
  const [result] = await Promise.all([outcome(at, waiting), at.writer[Symbol.asyncDispose]()]);
  expect(result).toBe("CONFIG_UNWRITTEN");
  expect(await outcome(at, at.writer.write([record("b")], change))).toBe("WRITER_CLOSED");
});
