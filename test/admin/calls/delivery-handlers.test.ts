import { expect, test } from "vitest";
import type { Delivery } from "../../../src/history/history.ts";
import { jobIdOf } from "../../../src/jobs/job-id.ts";
import { askedBy, memoryCalls } from "../../support/memory-calls.ts";
import type { MemoryCalls } from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");

function delivered(world: MemoryCalls): Delivery {
  const triggerId = world.put("t", { name: "To the CRM" });
  const { partition, offset } = world.append("t", { id: "c1", cliNum: "+15550100123" });
  const jobId = jobIdOf({ tenantId: "t", cdrId: "c1", triggerId });
  const of = { tenantId: "t", triggerId, jobId, cdrId: "c1", cdrTopic: "cdr" };
  const delivery: Delivery = {
    ...of,
    cdrPartition: partition,
    cdrOffset: offset,
    state: "retrying",
    attempts: 2,
    firstAt: 1000,
    lastAt: 3000,
    reason: "status",
    status: 500,
    durationMs: 12,
    nextAttemptAt: 7000,
    host: "crm.example",
  };
  world.deliveries.push(delivery);
  for (const attempt of [1, 2])
    world.attempts.push({
      ...delivery,
      attempt,
      at: attempt * 1000,
      outcome: "failed",
      error: "the receiver answered 500",
      method: "POST",
    });
  return delivery;
}

const detail = (jobId: string, reveal = false, tenantId = "t") => ({
  params: { tenantId, jobId },
  query: { reveal },
  body: undefined,
});

test("deliveries bear their triggers' names, and none where a trigger is gone", async () => {
  const world = memoryCalls();
  const { triggerId } = delivered(world);
  const asked = { params: { tenantId: "t" }, query: { limit: 50 }, body: undefined };
  const [before] = (await world.handlers.listDeliveries(asked, own)).body.items;
  expect(before).toMatchObject({
    triggerName: "To the CRM",
    firstAt: "1970-01-01T00:00:01.000Z",
    nextAttemptAt: "1970-01-01T00:00:07.000Z",
  });
  world.remove(triggerId);
  const [after] = (await world.handlers.listDeliveries(asked, own)).body.items;
  expect(after?.triggerName).toBeNull();
});

test("one delivery has every attempt and its payload, masked", async () => {
  const world = memoryCalls();
  const { jobId, triggerId } = delivered(world);
  const { body } = await world.handlers.readDelivery(detail(jobId), own);
  expect(body.attemptList.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 500],
    [2, 500],
  ]);
  expect(JSON.parse(body.payload?.body ?? "")).toMatchObject({
    triggerId,
    cdr: { cliNum: "***23" },
  });
  expect(JSON.stringify(body)).not.toContain("5550100");
});

test("its payload is shown in clear to the tenant's own people, which is told of", async () => {
  const world = memoryCalls();
  const { jobId } = delivered(world);
  const { body } = await world.handlers.readDelivery(detail(jobId, true), own);
  expect(body.payload?.body).toContain("+15550100123");
  expect(world.changes).toMatchObject([{ action: "values.revealed", subject: jobId }]);
  const support = world.handlers.readDelivery(detail(jobId, true), askedBy("support", null));
  await expect(support).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("there is no payload where the call or the trigger is gone", async () => {
  const world = memoryCalls();
  const { jobId, triggerId, cdrPartition: partition, cdrOffset } = delivered(world);
  const payload = async () => (await world.handlers.readDelivery(detail(jobId), own)).body.payload;
  world.log.deleteBefore({ topic: "cdr", partition, offset: cdrOffset + 1 });
  expect(await payload()).toBeNull();
  world.call("t", { id: "c1" });
  expect(await payload()).not.toBeNull();
  world.remove(triggerId);
  expect(await payload()).toBeNull();
});

test("another tenant's delivery is the one that is not there", async () => {
  const world = memoryCalls();
  const { jobId } = delivered(world);
  const asked = world.handlers.readDelivery(detail(jobId, false, "other"), own);
  await expect(asked).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("endpoints that are not well are the tenant's own", async () => {
  const world = memoryCalls();
  const health = {
    endpointId: "e1",
    triggerId: world.put("t", {}),
    host: "crm.example",
    state: "suspended",
    since: 2000,
    failingSince: 1000,
    failures: 20,
    reason: "timeout",
    status: null,
  } as const;
  world.unwell.push({ ...health, tenantId: "t" }, { ...health, tenantId: "other" });
  const asked = { params: { tenantId: "t" }, query: undefined, body: undefined };
  const { body } = await world.handlers.listEndpoints(asked, own);
  expect(body.items).toEqual([
    { ...health, since: "1970-01-01T00:00:02.000Z", failingSince: "1970-01-01T00:00:01.000Z" },
  ]);
});

test("dead letters are the newest first, by tenant where that is asked", async () => {
  const world = memoryCalls();
  const headers = { "onhook-dead-reason": "timeout", "onhook-dead-error": "no answer" };
  for (const key of ["a", "b", "c"]) {
    await world.clock.advance(1000);
    world.log.append({ topic: "dead", key, value: Buffer.from("{}"), headers });
  }
  const asked = (query: object) => ({
    params: undefined,
    query: { limit: 2, ...query },
    body: undefined,
  });
  const { body } = await world.handlers.listDeadLetters(asked({}), askedBy("operator", null));
  expect(body.items.map(({ triggerId }) => triggerId)).toEqual(["c", "b"]);
  expect(body.items[0]).toMatchObject({ reason: "timeout", error: "no answer" });
  const none = await world.handlers.listDeadLetters(
    asked({ tenantId: "t" }),
    askedBy("operator", null),
  );
  expect(none.body).toEqual({ items: [], count: 0, complete: true });
});

test("a dead letter that claims to have died beyond all time is told as one of the last that can be", async () => {
  const world = memoryCalls();
  const headers = { "onhook-dead-at": "8640000000000000" };
  world.log.append({ topic: "dead", key: "a", value: Buffer.from("{}"), headers });
  const asked = { params: undefined, query: { limit: 2 }, body: undefined };
  const { body } = await world.handlers.listDeadLetters(asked, askedBy("operator", null));
  expect(body.items[0]?.at).toBe("9999-12-31T23:59:59.999Z");
});
