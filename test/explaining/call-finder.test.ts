import { expect, test } from "vitest";
import type { Delivery } from "../../src/history/history.ts";
import { settle } from "../support/fake-clock.ts";
import { memoryCalls } from "../support/memory-calls.ts";

const signal = new AbortController().signal;
const errorOf = async (found: Promise<unknown>): Promise<unknown> =>
  found.then(
    () => null,
    (error: unknown) => error,
  );

test("a call of long ago is found in the topic where the time that is searched holds it", async () => {
  const world = memoryCalls();
  const call = world.append("t", { id: "old" });
  for (let n = 0; n < 40; n += 1) {
    await world.clock.advance(3_600_000);
    world.append("t", { id: `later-${n}` });
  }
  const find = (from?: number) => world.parts.finder.find("t", "old", { from }, signal);
  expect(await errorOf(find())).toMatchObject({ code: "CALL_NOT_FOUND" });
  const found = await find(call.timestamp);
  expect(found.record).toMatchObject({ partition: call.partition, offset: call.offset });
});

test("what is searched is said, and what to give", async () => {
  const world = memoryCalls();
  const to = world.clock.now();
  const error = await errorOf(
    world.parts.finder.find("t", "no", { from: to - 60_000, to }, signal),
  );
  expect((error as Error).message).toContain(
    "from 2026-01-05T08:59:00.000Z to 2026-01-05T09:00:00.000Z",
  );
  expect((error as Error).message).toContain("give `from` and `to`");
});

test("another tenant's call is not found, in the same words as one that is not there", async () => {
  const world = memoryCalls();
  world.append("other", { id: "theirs" });
  await world.clock.advance(1000);
  const said = async (cdrId: string): Promise<unknown> =>
    ((await errorOf(world.parts.finder.find("t", cdrId, {}, signal))) as Error).message;
  expect(await said("theirs")).toBe(await said("nobodys"));
});

test("a delivery tells where its call stands, and another call there by now is not taken for it", async () => {
  const world = memoryCalls();
  const call = world.append("t", { id: "c1" });
  const delivery = {
    tenantId: "t",
    cdrId: "c1",
    cdrPartition: call.partition,
    cdrOffset: call.offset,
  };
  await world.clock.advance(10 * 86_400_000);
  world.deliveries.push(delivery as Delivery);
  expect((await world.parts.finder.find("t", "c1", {}, signal)).call.cdr.id).toBe("c1");
  expect(await world.parts.finder.ofDelivery({ ...delivery, cdrId: "c2" }, signal)).toBeNull();
  world.log.deleteBefore({ topic: "cdr", partition: call.partition, offset: call.offset + 1 });
  expect(await world.parts.finder.ofDelivery(delivery, signal)).toBeNull();
});

test("a call that the history keeps is found though the topic has forgotten it", async () => {
  const world = memoryCalls();
  const call = world.call("t", { id: "c1" });
  world.recent.pop();
  world.kept.set("t c1", call);
  world.log.deleteBefore({ topic: "cdr", partition: call.partition, offset: call.offset + 1 });
  expect((await world.parts.finder.find("t", "c1", {}, signal)).call.cdr.id).toBe("c1");
});

test("a search that takes too long ends, and says how far it has come", async () => {
  const world = memoryCalls();
  world.append("t", { id: "old" });
  for (let n = 0; n < 30; n += 1) {
    await world.clock.advance(3_600_000);
    world.append("t", { id: `later-${n}` });
  }
  const { log } = world;
  const read = log.read.bind(log);
  // Each look costs a second of the time that there is.
  let now = world.clock.now();
  world.clock.now = () => now;
  log.read = (...of) => {
    now += 1000;
    return read(...of);
  };
  const error = await errorOf(world.parts.finder.find("t", "old", { from: 0 }, signal));
  expect((error as Error).message).toContain("no time to look further back");
});

test("one search of each tenant, and two in all, read the topic at a time; too many are refused", async () => {
  const world = memoryCalls();
  for (const tenant of ["t", "u", "v"]) world.append(tenant, { id: "c1" });
  const partitions = world.replayLog.partitions.bind(world.replayLog);
  let [now, most] = [0, 0];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  world.replayLog.partitions = async (topic) => {
    now += 1;
    most = Math.max(most, now);
    await gate;
    now -= 1;
    return partitions(topic);
  };
  await world.clock.advance(1000);
  const find = async (tenant: string) => errorOf(world.parts.finder.find(tenant, "c1", {}, signal));
  const own = Array.from({ length: 5 }, async () => find("t"));
  const others = [find("u"), find("v")];
  await settle();
  expect(now).toBe(2);
  open();
  const errors = await Promise.all(own);
  expect(await Promise.all(others)).toEqual([null, null]);
  expect(most).toBe(2);
  expect(errors.slice(0, 3)).toEqual([null, null, null]);
  expect(errors.slice(3)).toMatchObject([
    { code: "CALL_SEARCHES_EXCEEDED", details: { retryAfterSeconds: 5 } },
    { code: "CALL_SEARCHES_EXCEEDED" },
  ]);
});
