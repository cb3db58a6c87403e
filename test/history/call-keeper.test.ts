import { expect, test } from "vitest";
import { CallKeeper } from "../../src/history/call-keeper.ts";
import { RecentWindow } from "../../src/history/recent-window.ts";
import { attemptOf, noon } from "./attempt-of.ts";
import { LogInMemory } from "./log-in-memory.ts";

const topic = "onhook.cdr";

interface Kept {
  readonly log: LogInMemory;
  readonly window: RecentWindow;
  readonly keeper: CallKeeper;
}

/** A topic of two partitions with 2,000 calls each, and nothing in the window. */
function prepare(): Kept {
  const log = new LogInMemory();
  log.create(topic, 2);
  for (const partition of [0, 1])
    for (let offset = 0; offset < 2000; offset += 1)
      log.add(topic, partition, Buffer.from(`call ${partition}/${offset}`), noon + offset);
  const window = new RecentWindow({ callsPerTenant: 10, maxBytes: 1e6, maxAgeMs: 1e9 });
  return { log, window, keeper: new CallKeeper(topic, { recent: window, source: log }) };
}

const of = (cdrPartition: number, cdrOffset: number, triggerId = "trigger-1") =>
  attemptOf({ cdrId: `${cdrPartition}/${cdrOffset}`, cdrPartition, cdrOffset, triggerId });

const textsOf = (calls: readonly { readonly value: Buffer }[]): readonly string[] =>
  calls.map(({ value }) => String(value)).toSorted();

test("calls are read from their topic, those that stand together by one fetch, each once", async () => {
  const { log, keeper } = prepare();
  const calls = await keeper.callsOf([
    of(1, 30),
    of(0, 5),
    of(0, 1999),
    of(0, 7),
    of(0, 7, "trigger-2"),
  ]);
  expect(textsOf(calls)).toEqual(["call 0/1999", "call 0/5", "call 0/7", "call 1/30"]);
  expect(calls.find(({ offset }) => offset === 7)).toMatchObject({
    tenantId: "t1",
    cdrId: "0/7",
    partition: 0,
    timestamp: noon + 7,
  });
  expect(log.fetched.toSorted()).toEqual([
    "onhook.cdr/0@1999",
    "onhook.cdr/0@5",
    "onhook.cdr/1@30",
  ]);
});

test("a recent call is taken from memory, but only if it stands where the attempt says", async () => {
  const { log, window, keeper } = prepare();
  const recent = { tenantId: "t1", value: Buffer.from("from memory"), timestamp: noon };
  window.add({ ...recent, cdrId: "0/5", partition: 0, offset: 5 }, noon);
  window.add({ ...recent, cdrId: "0/6", partition: 0, offset: 1000 }, noon);
  expect(textsOf(await keeper.callsOf([of(0, 5), of(0, 6)]))).toEqual(["call 0/6", "from memory"]);
  expect(log.fetched).toEqual(["onhook.cdr/0@6"]);
});

test("what is written is not read again with the call's next attempt; what could not be written is", async () => {
  const { log, keeper } = prepare();
  const calls = await keeper.callsOf([of(0, 5)]);
  expect(textsOf(await keeper.callsOf([of(0, 5)]))).toEqual(["call 0/5"]);
  keeper.written(calls);
  expect(await keeper.callsOf([of(0, 5, "trigger-2")])).toEqual([]);
  expect(log.fetched).toHaveLength(2);
});

test("a call that its topic has no more, or that another topic had, is not kept, and holds up no other", async () => {
  const { log, keeper } = prepare();
  log.deleteBefore(topic, 0, 1000);
  const elsewhere = { ...of(0, 1500), cdrTopic: "another" };
  const calls = await keeper.callsOf([of(0, 3), of(0, 999), of(0, 1200), of(1, 5000), elsewhere]);
  expect(textsOf(calls)).toEqual(["call 0/1200"]);
});
