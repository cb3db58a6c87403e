import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { recordsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { askedBy } from "../support/memory-calls.ts";
import { eventually, startOwnCallsApi } from "../support/own-calls-api.ts";
import type { OwnCallsApi } from "../support/own-calls-api.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "calls-api", { ONHOOK_TOPICS_CDR_PARTITIONS: "2" });

const tenantId = newTenantId();
const own = askedBy("tenant-admin", tenantId);
const params = { tenantId };
let status = 200;
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;
let api: OwnCallsApi;
const ended = new AsyncDisposableStack();

const trigger = (path: string, idea: Partial<Parameters<typeof triggerOf>[0]> = {}) =>
  triggerOf({ tenantId, url: `${hooks.url}${path}`, action: { retries: 0 }, ...idea });

async function put(...triggers: ReturnType<typeof triggerOf>[]): Promise<void> {
  for (const each of triggers) {
    const offset = await platform.putTrigger(each);
    await service.hasApplied(offset);
    await api.store.applied("triggers", offset, new AbortController().signal);
  }
}

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = ended.use(await startHooks(({ path }) => (path.startsWith("/well") ? 200 : status)));
  platform = ended.use(await createPlatform(stack, topics));
  service = ended.use(await startReadyService(env, ["--roles", "match,deliver"]));
  api = ended.use(await startOwnCallsApi(env));
});

afterAll(() => ended.disposeAsync());

const story = (cdrId: string, query: object = {}) =>
  api.handlers.readCall(
    { params: { ...params, cdrId }, query: { reveal: false, ...query }, body: undefined },
    own,
  );
const delivery = (jobId: string) =>
  api.handlers.readDelivery(
    { params: { ...params, jobId }, query: { reveal: false }, body: undefined },
    own,
  );
const again = (jobId: string) =>
  api.handlers.redeliver({ params: { ...params, jobId }, query: undefined, body: undefined }, own);
const code = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );

test("a call's story has the trigger that fired with its delivery, and the one that did not with its reason", async () => {
  const [fired, not] = [
    trigger("/well/story"),
    trigger("/well/none", { filters: [when("dur", "gt", "60")] }),
  ];
  await put(fired, not);
  const call = callOf(tenantId, { cliNum: "+15550100123", dur: 12 });
  await platform.call(call);
  const { body } = await eventually(
    () => story(call.cdr.id),
    (answer) => answer.body.triggers.some((each) => each.delivery !== null),
  );
  const of = (id: string) => body.triggers.find(({ triggerId }) => triggerId === id);
  expect(of(fired.triggerId)).toMatchObject({ fires: true, delivery: { state: "delivered" } });
  expect(of(not.triggerId)).toMatchObject({
    fires: false,
    delivery: null,
    conditions: [{ holds: false, has: [12] }],
  });
  expect(JSON.stringify(body)).not.toContain("5550100");
  await platform.deleteTrigger(not.triggerId);
});

test("a call that nobody remembers is found in its topic by its time, and another tenant's is not", async () => {
  const theirs = callOf(newTenantId());
  const mine = callOf(tenantId);
  await platform.call(theirs, mine);
  await using blank = await startOwnCallsApi({
    ...env,
    ONHOOK_HISTORY_RECENT_CALLS_PER_TENANT: "0",
  });
  const ask = (cdrId: string) =>
    blank.handlers.readCall(
      { params: { ...params, cdrId }, query: { reveal: false }, body: undefined },
      own,
    );
  expect((await ask(mine.cdr.id)).body.call.cdrId).toBe(mine.cdr.id);
  expect(await code(ask(theirs.cdr.id))).toBe("CALL_NOT_FOUND");
});

test("a test request of a real call reaches the receiver, and the log of changes", async () => {
  const call = callOf(tenantId, { cliNum: "+15550100777" });
  await platform.call(call);
  await eventually(
    async () => api.recentCalls.find(tenantId, call.cdr.id),
    (found) => found !== undefined,
  );
  const before = hooks.all.length;
  const draft = { trigger: { name: "New", action: { url: `${hooks.url}/well/test` } } };
  const asked = { ...draft, call: { cdrId: call.cdr.id }, reveal: false };
  const { body } = await api.handlers.testSend({ params, query: undefined, body: asked }, own);
  expect(body).toMatchObject({ outcome: "answered", answer: { status: 200, body: null } });
  const arrived = hooks.all.slice(before).find(({ path }) => path === "/well/test");
  expect(arrived?.body.toString()).toContain("+15550100777");
  expect(arrived?.headers).toMatchObject({ "onhook-test": "1" });
  expect(JSON.stringify(body)).not.toContain("5550100");
  await eventually(
    () => api.history.changes({ tenantId, limit: 10 }),
    ({ items }) => items.some(({ action }) => action === "trigger.test-sent"),
  );
});

describe("sending anew", () => {
  test("brings a delivered job to its receiver once more, under its id, and is refused while it is under way", async () => {
    const own = trigger("/well/again");
    await put(own);
    const call = callOf(tenantId);
    await platform.call(call);
    const hooksOf = () => hooks.all.filter(({ path }) => path === "/well/again");
    await hooks.until(() => hooksOf().length === 1);
    const jobId = hooksOf()[0]?.id ?? "";
    const known = await eventually(
      async () => (await api.history.delivery(tenantId, jobId))?.delivery,
      (each) => each?.state === "delivered",
    );
    const codes = await Promise.all([code(again(jobId)), code(again(jobId))]);
    expect(codes.toSorted()).toEqual(["REDELIVERY_UNDER_WAY", "answered"]);
    await hooks.until(() => hooksOf().length === 2);
    expect(hooksOf().map(({ id, attempt }) => ({ id, attempt }))).toEqual([
      { id: jobId, attempt: 1 },
      { id: jobId, attempt: 1 },
    ]);
    await eventually(
      async () => (await api.history.delivery(tenantId, jobId))?.delivery.lastAt ?? 0,
      (lastAt) => lastAt > (known?.lastAt ?? Infinity),
    );
    expect(await code(again(jobId))).toBe("answered");
    await hooks.until(() => hooksOf().length === 3);
    await platform.deleteTrigger(own.triggerId);
  });

  test("brings a dead job to a receiver that answers again", async () => {
    status = 500;
    const failing = trigger("/failing");
    await put(failing);
    await platform.call(callOf(tenantId));
    const hooksOf = () => hooks.all.filter(({ path }) => path === "/failing");
    await hooks.until(() => hooksOf().length === 1);
    const jobId = hooksOf()[0]?.id ?? "";
    await eventually(
      async () => (await api.history.delivery(tenantId, jobId))?.delivery.state,
      (state) => state === "dead",
    );
    status = 200;
    expect(await code(again(jobId))).toBe("answered");
    await hooks.until(() => hooksOf().length === 2);
    const { body } = await eventually(
      () => delivery(jobId),
      (each) => each.body.state === "delivered",
    );
    expect(body.attemptList.map(({ outcome }) => outcome)).toEqual(["dead", "delivered"]);
    expect(JSON.parse(body.payload?.body ?? "")).toMatchObject({ triggerId: failing.triggerId });
    await platform.deleteTrigger(failing.triggerId);
  });
});

describe("replays", () => {
  const at = (replayId: string) => ({
    params: { ...params, replayId },
    query: undefined,
    body: undefined,
  });
  const endOf = (replayId: string) =>
    eventually(
      async () => (await api.handlers.readReplay(at(replayId), own)).body,
      ({ state }) => state !== "running",
    );

  test("of dead jobs send each once, tell how far they are, and have the log of changes know", async () => {
    status = 500;
    const failing = trigger("/dead");
    await put(failing);
    await platform.call(...callsOf(20, tenantId));
    const hooksOf = () => hooks.all.filter(({ path }) => path === "/dead");
    const operator = askedBy("operator", null);
    const query = { tenantId, triggerId: failing.triggerId, limit: 5 };
    const letters = () =>
      api.handlers.listDeadLetters({ params: undefined, query, body: undefined }, operator);
    const { body: dead } = await eventually(letters, ({ body }) => body.count === 20);
    expect(dead.items).toHaveLength(5);
    expect(dead.items[0]).toMatchObject({ tenantId, reason: "status", status: 500 });
    status = 200;
    const body = { kind: "dead", triggerId: failing.triggerId, ratePerSecond: 200 } as const;
    const started = await api.handlers.startReplay({ params, query: undefined, body }, own);
    const { replayId } = started.body;
    expect(await endOf(replayId)).toMatchObject({
      state: "done",
      matched: 20,
      written: 20,
      error: null,
    });
    await hooks.until(() => hooksOf().length === 40);
    const ids = hooksOf().map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    await api.handlers.startReplay({ params, query: undefined, body }, own);
    expect(await endOf(replayId)).toMatchObject({ state: "done", written: 0 });
    await eventually(
      () => api.history.changes({ tenantId, limit: 50 }),
      ({ items }) => items.filter(({ subject }) => subject === replayId).length === 2,
    );
    await platform.deleteTrigger(failing.triggerId);
  });

  test("of calls fire a trigger of today for calls of before, and stop and go on", async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const calls = callsOf(30, tenantId, { cliNum: "+15550100999" });
    await platform.call(...calls);
    // Matched before there is the trigger: what fires it is the replay alone.
    const isMatched = ({ cdr }: (typeof calls)[number]): boolean =>
      hooks.all.some(({ path, body }) => path === "/well/story" && body.includes(cdr.id));
    await hooks.until(() => calls.every(isMatched));
    const late = trigger("/well/late", { filters: [when("cliNum", "eq", "+15550100999")] });
    await put(late);
    const to = new Date(Date.now() + 60_000).toISOString();
    const body = { kind: "calls", triggerId: late.triggerId, from, to, replayId: "late" } as const;
    const start = (ratePerSecond: number) =>
      api.handlers.startReplay({ params, query: undefined, body: { ...body, ratePerSecond } }, own);
    await start(4);
    await eventually(
      async () => (await api.handlers.readReplay(at("late"), own)).body.written,
      (written) => written > 0,
    );
    const stopped = (await api.handlers.stopReplay(at("late"), own)).body;
    expect(stopped.state).toBe("stopped");
    expect(stopped.written).toBeLessThan(30);
    await start(1000);
    expect(await endOf("late")).toMatchObject({ state: "done", written: 30 - stopped.written });
    await hooks.until(() => hooks.all.filter(({ path }) => path === "/well/late").length === 30);
    const jobs = (await recordsOf(stack, topics.jobs)).filter(
      ({ key }) => key?.toString() === late.triggerId,
    );
    expect(jobs).toHaveLength(30);
  });
});

test("nothing went wrong that nobody was told of", () => {
  expect(api.faults).toEqual([]);
});
