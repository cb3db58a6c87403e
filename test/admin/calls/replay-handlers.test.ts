import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callHandlers } from "../../../src/admin/calls/handlers.ts";
import { runReplay } from "../../../src/replay/run-replay.ts";
import { deadTask } from "../../../src/replay/replay-dead.ts";
import { replayIdOfTenant } from "../../../src/replay/replay-id.ts";
import type { DeliveryJob } from "../../../src/jobs/delivery-job.ts";
import { settle } from "../../support/fake-clock.ts";
import { askedBy, jobCodec, memoryCalls } from "../../support/memory-calls.ts";
import type { MemoryCalls } from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
let world: MemoryCalls;
let stop: AbortController;
let running: Promise<void>;

beforeEach(() => {
  world = memoryCalls();
  stop = new AbortController();
  running = world.runs.run(stop.signal, new AbortController().signal);
});

afterEach(async () => {
  stop.abort();
  await running;
});

type Asked = Parameters<MemoryCalls["handlers"]["startReplay"]>[0]["body"];
const start = (body: Asked, tenantId = "t") =>
  world.handlers.startReplay({ params: { tenantId }, query: undefined, body }, own);
const at = (replayId: string, tenantId = "t") => ({
  params: { tenantId, replayId },
  query: undefined,
  body: undefined,
});
const dead = (changed: object = {}) =>
  ({ kind: "dead", ratePerSecond: 10_000, ...changed }) as Extract<Asked, { kind: "dead" }>;
const code = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );

function bury(tenantId: string, count: number, key = "k"): void {
  for (let n = 0; n < count; n += 1) {
    const job: DeliveryJob = {
      jobId: `${tenantId}${n}`,
      triggerId: key,
      tenantId,
      cdrId: "c",
      call: Buffer.from("x"),
      cdrTopic: "cdr",
      cdrPartition: 0,
      cdrOffset: n,
      cdrTimestamp: 0,
      triggersOffset: 0,
    };
    const headers = { "onhook-dead-reason": n % 2 === 0 ? "status" : "timeout" };
    world.log.append({ topic: "dead", key, value: jobCodec.encode(job), headers });
  }
}

async function endOf(replayId: string) {
  for (let round = 0; round < 200; round += 1) {
    const { body } = await world.handlers.readReplay(at(replayId), own);
    if (body.state !== "running") return body;
    await world.clock.advance(1000);
  }
  throw new Error("the replay does not end");
}

describe("dead jobs", () => {
  test("of the tenant alone go back, whatever the filter, and the progress is told", async () => {
    bury("t", 6);
    bury("other", 4);
    const { body, location } = await start(dead({ reason: "status" }));
    expect(body).toMatchObject({ kind: "dead", state: "running" });
    expect(location).toBe(`/tenants/t/replays/${body.replayId}`);
    expect(await endOf(body.replayId)).toMatchObject({
      state: "done",
      written: 3,
      matched: 3,
      skipped: 0,
      read: 10,
      end: 10,
      error: null,
    });
    const records = world.log.all("jobs");
    const jobs = await Promise.all(records.map(({ value }) => jobCodec.decode(value)));
    expect(jobs.map(({ tenantId }) => tenantId)).toEqual(["t", "t", "t"]);
    expect(world.changes).toMatchObject([{ action: "replay.started", subject: body.replayId }]);
  });

  test("that went back once do not again, and the same request is the same replay", async () => {
    bury("t", 4);
    const first = await start(dead());
    await endOf(first.body.replayId);
    const second = await start(dead());
    expect(second.body.replayId).toBe(first.body.replayId);
    expect(await endOf(second.body.replayId)).toMatchObject({ state: "done", written: 0 });
    expect(world.log.all("jobs")).toHaveLength(4);
    const { body } = await world.handlers.listReplays({ ...at("x") }, own);
    expect(body.items).toHaveLength(1);
  });

  test("are stopped on their way, and go on under the same name", async () => {
    bury("t", 40);
    const named = dead({ ratePerSecond: 4, replayId: "mine" });
    await start(named);
    await settle();
    await world.clock.advance(2000);
    const stopped = await world.handlers.stopReplay(at("mine"), own);
    expect(stopped.body.state).toBe("stopped");
    expect(stopped.body.written).toBeGreaterThan(0);
    expect(stopped.body.written).toBeLessThan(40);
    await start({ ...named, ratePerSecond: 10_000 });
    expect(await endOf("mine")).toMatchObject({ state: "done" });
    expect(world.log.all("jobs")).toHaveLength(40);
    expect(world.changes.map(({ action }) => action)).toEqual([
      "replay.started",
      "replay.stopped",
      "replay.started",
    ]);
  });

  test("of two tenants that name their replays alike are two replays", async () => {
    bury("t", 3);
    bury("u", 3);
    await start(dead({ replayId: "mine" }));
    await start(dead({ replayId: "mine" }), "u");
    await endOf("mine");
    await settle();
    expect(world.log.all("jobs")).toHaveLength(6);
    expect(await code(world.handlers.readReplay(at("mine", "v"), own))).toBe("NOT_FOUND");
  });

  test("can't be named so that another's replay goes on or ends", () => {
    const ids = ["endpoint-1-2", "mine", "x".repeat(64)].map((name) => replayIdOfTenant("t", name));
    for (const id of ids) expect(id).toMatch(/^tenant-[\da-f]{12}-[\w.-]{1,45}$/);
    expect(replayIdOfTenant("u", "mine")).not.toBe(ids[1]);
  });
});

describe("is refused", () => {
  const slow = (replayId: string, tenantId = "t") =>
    start(dead({ ratePerSecond: 1, replayId }), tenantId);

  test("while it runs already, or too many of anybody do", async () => {
    for (const tenantId of ["t", "u", "v"]) bury(tenantId, 40);
    await slow("one");
    expect(await code(slow("one"))).toBe("REPLAY_UNDER_WAY");
    await slow("two", "u");
    await slow("three", "v");
    expect(await code(slow("four"))).toBe("REPLAYS_EXCEEDED");
    expect(world.changes).toHaveLength(3);
  });

  test("while too many of the tenant's own run, and another tenant still finds a place", async () => {
    bury("t", 40);
    await slow("one");
    await slow("two");
    await expect(slow("three")).rejects.toMatchObject({
      code: "TENANT_REPLAYS_EXCEEDED",
      details: { limit: 2 },
    });
    expect(await code(slow("theirs", "u"))).toBe("answered");
  });

  test.each(["a b", "", "x".repeat(65), "ä"])("under the name %j", async (replayId) => {
    expect(await code(start(dead({ replayId })))).toBe("REPLAY_ID");
  });

  test("for a time that ends before it begins", async () => {
    const [to, from] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
    const error = await start(dead({ from, to })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "REPLAY_RANGE" });
    expect((error as Error).message).not.toContain("--");
  });

  test("before the process works and when it stops", async () => {
    stop.abort();
    await running;
    expect(await code(start(dead()))).toBe("ADMIN_NOT_READY");
  });
});

describe("what is written of it to the log of changes", () => {
  const named = (replayId: string) => dead({ ratePerSecond: 1, replayId });

  test("is of one that has its place: those that are asked for meanwhile are refused", async () => {
    bury("t", 40);
    const codes = await Promise.all(
      ["one", "two", "three"].map((replayId) => code(start(named(replayId)))),
    );
    expect(codes).toEqual(["answered", "answered", "TENANT_REPLAYS_EXCEEDED"]);
    expect(world.changes.map(({ subject }) => subject)).toEqual(["one", "two"]);
  });

  test("comes first: where it can't be written nothing begins, and the place is free again", async () => {
    bury("t", 4);
    const write = async (): Promise<never> => {
      throw new Error("the brokers are away");
    };
    const handlers = callHandlers({ ...world.parts, writer: { write } });
    for (const replayId of ["one", "two", "three"]) {
      const body = named(replayId);
      const asked = { params: { tenantId: "t" }, query: undefined, body };
      await expect(handlers.startReplay(asked, own)).rejects.toThrow("away");
      expect(await code(handlers.readReplay(at(replayId), own))).toBe("NOT_FOUND");
    }
    await settle();
    expect(world.log.all("jobs")).toEqual([]);
  });

  test("leaves what an earlier run of the same has come to, where it can't be written", async () => {
    bury("t", 4);
    await start(dead({ replayId: "mine" }));
    await endOf("mine");
    const write = async (): Promise<never> => {
      throw new Error("the brokers are away");
    };
    const handlers = callHandlers({ ...world.parts, writer: { write } });
    const body = dead({ replayId: "mine" });
    const asked = { params: { tenantId: "t" }, query: undefined, body };
    await expect(handlers.startReplay(asked, own)).rejects.toThrow("away");
    expect((await world.handlers.readReplay(at("mine"), own)).body.written).toBe(4);
  });

  test("is of one that begins though the process stops meanwhile, and the stop waits for it", async () => {
    bury("t", 40);
    const written = Promise.withResolvers<[]>();
    const handlers = callHandlers({
      ...world.parts,
      writer: { write: async () => written.promise },
    });
    const asked = { params: { tenantId: "t" }, query: undefined, body: named("mine") };
    const started = handlers.startReplay(asked, own);
    stop.abort();
    written.resolve([]);
    await started;
    await running;
    expect((await handlers.readReplay(at("mine"), own)).body.state).toBe("stopped");
  });
});

describe("calls", () => {
  const times = { from: "2026-01-05T08:00:00Z", to: "2026-01-05T10:00:00Z" };
  const calls = (triggerId: string) =>
    ({ kind: "calls", triggerId, ...times, ratePerSecond: 10_000 }) as Asked;

  test("of the past fire a trigger of the tenant's", async () => {
    const triggerId = world.put("t", { filters: [{ field: "dur", op: "gt", values: ["2"] }] });
    for (let n = 0; n < 6; n += 1) world.append("t", { id: `c${n}`, dur: n });
    world.append("other", { id: "theirs", dur: 9 });
    const { body } = await start(calls(triggerId));
    expect(await endOf(body.replayId)).toMatchObject({ state: "done", kind: "calls", written: 3 });
  });

  test("are not replayed for a trigger that is disabled, or another tenant's", async () => {
    const disabled = world.put("t", { enabled: false });
    expect(await code(start(calls(disabled)))).toBe("REPLAY_INACTIVE");
    const theirs = world.put("other", {});
    expect(await code(start(calls(theirs)))).toBe("NOT_FOUND");
  });
});

test("a replay that another process takes over ends as failed, and says so", async () => {
  bury("t", 40);
  const { body } = await start(dead({ ratePerSecond: 2, replayId: "mine" }));
  await settle();
  const id = replayIdOfTenant("t", "mine");
  const task = deadTask({ id, filter: { tenantId: "t" } }, world.parts.replayParts.dead);
  const other = runReplay(
    { ...task, ratePerSecond: 10_000 },
    world.parts.replays,
    new AbortController().signal,
    () => undefined,
  );
  await settle();
  const ended = await endOf(body.replayId);
  expect(ended.state).toBe("failed");
  expect(ended.error).toMatch(/^REPLAY_TAKEN_OVER: /);
  await other;
  expect(world.log.all("jobs")).toHaveLength(40);
});

test("the stop of the process stops what runs at the end of its transaction", async () => {
  bury("t", 40);
  const { body } = await start(dead({ ratePerSecond: 2 }));
  await settle();
  stop.abort();
  await running;
  expect((await world.handlers.readReplay(at(body.replayId), own)).body.state).toBe("stopped");
});
