import { describe, expect, test } from "vitest";
import type { Delivery } from "../../../src/history/history.ts";
import type { DeliveryJob } from "../../../src/jobs/delivery-job.ts";
import { jobIdOf } from "../../../src/jobs/job-id.ts";
import { settle } from "../../support/fake-clock.ts";
import { askedBy, deliveryOf, jobCodec, memoryCalls } from "../../support/memory-calls.ts";
import type { MemoryCalls } from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
const code = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );

/** A call whose delivery has ended. */
function ended(world: MemoryCalls, changed: Partial<Delivery> = {}): Delivery {
  const triggerId = world.put("t", {});
  const { partition, offset, cdrId } = world.append("t", { id: "c1", cliNum: "+15550100123" });
  const now = world.clock.now();
  const delivery = deliveryOf({
    jobId: jobIdOf({ tenantId: "t", cdrId, triggerId }),
    triggerId,
    cdrId,
    firstAt: now,
    lastAt: now,
    cdrPartition: partition,
    cdrOffset: offset,
    ...changed,
  });
  world.deliveries.push(delivery);
  return delivery;
}

const of = ({ jobId }: Delivery) => ({
  params: { tenantId: "t", jobId },
  query: undefined,
  body: undefined,
});
const again = (world: MemoryCalls, delivery: Delivery) =>
  world.handlers.redeliver(of(delivery), own);
async function jobsOf(world: MemoryCalls) {
  const made = world.log.all("jobs").map(async ({ key, value, headers }) => ({
    key: String(key),
    replay: String(headers["onhook-replay"]),
    job: await jobCodec.decode(value),
  }));
  return Promise.all(made);
}

test.each(["delivered", "dead", "cancelled"] as const)(
  "a %s job stands among the jobs once more, under the same id",
  async (state) => {
    const world = memoryCalls();
    const delivery = ended(world, { state });
    const { body } = await again(world, delivery);
    expect(body).toMatchObject({
      jobId: delivery.jobId,
      replayId: expect.stringMatching(/^redeliver-/) as string,
    });
    const [made, ...more] = await jobsOf(world);
    expect(more).toEqual([]);
    expect(made).toMatchObject({
      key: delivery.triggerId,
      replay: body.replayId,
      job: { jobId: delivery.jobId, cdrId: "c1", cdrOffset: delivery.cdrOffset },
    });
    expect(world.changes).toMatchObject([
      { action: "delivery.redelivered", subject: delivery.jobId, triggerId: delivery.triggerId },
    ]);
  },
);

describe("pressed twice", () => {
  test("one job is made, whether one after the other or at once", async () => {
    const world = memoryCalls();
    const delivery = ended(world);
    const codes = await Promise.all([1, 2, 3].map(() => code(again(world, delivery))));
    expect(codes.toSorted()).toEqual(["REDELIVERY_UNDER_WAY", "REDELIVERY_UNDER_WAY", "answered"]);
    expect(await code(again(world, delivery))).toBe("REDELIVERY_UNDER_WAY");
    expect(world.log.all("jobs")).toHaveLength(1);
    expect(world.changes).toHaveLength(1);
  });

  test("it is made once in all by two processes that know no more of each other than the log", async () => {
    const world = memoryCalls();
    const delivery = ended(world);
    const another = memoryCalls();
    const { callHandlers } = await import("../../../src/admin/calls/handlers.ts");
    const second = callHandlers({ ...world.parts, sender: another.sender });
    const codes = await Promise.all([
      code(again(world, delivery)),
      code(second.redeliver(of(delivery), own)),
    ]);
    expect(world.log.all("jobs")).toHaveLength(1);
    expect(codes.filter((each) => each === "answered")).toHaveLength(1);
  });

  test("it is sent again once an attempt has ended since", async () => {
    const world = memoryCalls();
    const delivery = ended(world);
    await again(world, delivery);
    world.deliveries.splice(0, 1, { ...delivery, lastAt: delivery.lastAt + 5000 });
    expect(await code(again(world, delivery))).toBe("answered");
    expect(world.log.all("jobs")).toHaveLength(2);
  });
});

test.each(["refused", "unanswered"] as const)(
  "a commit that is %s leads to one job all the same",
  async (fault) => {
    const world = memoryCalls();
    const delivery = ended(world);
    world.replayLog.fault = (commit) => (commit === 1 ? fault : null);
    const sent = code(again(world, delivery));
    await world.clock.advance(10_000);
    expect(await sent).toBe("answered");
    expect(world.log.all("jobs")).toHaveLength(1);
  },
);

describe("a job whose next attempt never came", () => {
  test.each([60_000, null])("is sent again an hour after it was due: %j ms later", async (due) => {
    const world = memoryCalls();
    const now = world.clock.now();
    const nextAttemptAt = due === null ? null : now + due;
    const delivery = ended(world, { state: "retrying", nextAttemptAt });
    await world.clock.advance((due ?? 0) + 3_600_000);
    expect(await code(again(world, delivery))).toBe("answered");
    expect(await code(again(world, delivery))).toBe("REDELIVERY_UNDER_WAY");
    expect(world.log.all("jobs")).toHaveLength(1);
  });
});

test("it is sent again after another attempt that ended at the same time by its clock", async () => {
  const world = memoryCalls();
  const delivery = ended(world);
  await again(world, delivery);
  world.deliveries.splice(0, 1, { ...delivery, attempts: delivery.attempts + 1 });
  expect(await code(again(world, delivery))).toBe("answered");
  expect(world.log.all("jobs")).toHaveLength(2);
});

describe("is refused", () => {
  test("while the job's next attempt is due anyway", async () => {
    const world = memoryCalls();
    const now = world.clock.now();
    const delivery = ended(world, { state: "retrying", nextAttemptAt: now + 60_000 });
    expect(await code(again(world, delivery))).toBe("DELIVERY_RETRYING");
    await world.clock.advance(60_000 + 3_600_000 - 1);
    expect(await code(again(world, delivery))).toBe("DELIVERY_RETRYING");
  });

  test.each([
    ["deleted", (world: MemoryCalls, id: string) => world.remove(id)],
    [
      "disabled",
      (world: MemoryCalls, triggerId: string) => void world.put("t", { triggerId, enabled: false }),
    ],
  ])("for a trigger that is %s", async (status, change) => {
    const world = memoryCalls();
    const delivery = ended(world);
    change(world, delivery.triggerId);
    await expect(again(world, delivery)).rejects.toMatchObject({
      code: "REDELIVERY_INACTIVE",
      details: { status },
    });
    expect(world.changes).toEqual([]);
  });

  test("for another tenant's job as for one that is not there", async () => {
    const world = memoryCalls();
    const delivery = ended(world);
    const theirs = { ...of(delivery), params: { tenantId: "other", jobId: delivery.jobId } };
    expect(await code(world.handlers.redeliver(theirs, own))).toBe("NOT_FOUND");
  });

  test("where neither the call nor the dead job is kept any more", async () => {
    const world = memoryCalls();
    const delivery = ended(world, { state: "dead" });
    world.log.deleteBefore({
      topic: "cdr",
      partition: delivery.cdrPartition,
      offset: delivery.cdrOffset + 1,
    });
    expect(await code(again(world, delivery))).toBe("CALL_GONE");
    expect(world.changes).toEqual([]);
  });
});

test("a dead job whose call is gone is sent as the dead topic has it", async () => {
  const world = memoryCalls();
  const delivery = ended(world, { state: "dead" });
  const { cdrPartition: partition, cdrOffset: offset, jobId, triggerId, cdrId } = delivery;
  const [call] = world.log.all("cdr");
  world.log.deleteBefore({ topic: "cdr", partition, offset: offset + 1 });
  const job: DeliveryJob = {
    jobId,
    triggerId,
    tenantId: "t",
    cdrId,
    call: call?.value ?? Buffer.alloc(0),
    cdrTopic: "cdr",
    cdrPartition: partition,
    cdrOffset: offset,
    cdrTimestamp: 0,
    triggersOffset: 0,
  };
  world.log.append({ topic: "dead", key: triggerId, value: Buffer.from("no job") });
  world.log.append({ topic: "dead", key: triggerId, value: jobCodec.encode(job) });
  await again(world, delivery);
  expect(await jobsOf(world)).toMatchObject([{ key: triggerId, job: { jobId } }]);
});

test("the dead are looked through for one job of a tenant at a time, and too many that wait are refused", async () => {
  const world = memoryCalls();
  const deliveries = Array.from({ length: 5 }, () => ended(world, { state: "dead" }));
  for (const { cdrPartition: partition, cdrOffset } of deliveries)
    world.log.deleteBefore({ topic: "cdr", partition, offset: cdrOffset + 1 });
  const partitions = world.replayLog.partitions.bind(world.replayLog);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let looks = 0;
  world.replayLog.partitions = async (topic) => {
    if (topic !== "dead") return partitions(topic);
    looks += 1;
    await gate;
    return partitions(topic);
  };
  const codes = deliveries.map(async (delivery) => code(again(world, delivery)));
  await settle();
  expect(looks).toBe(1);
  open();
  expect((await Promise.all(codes)).toSorted()).toEqual([
    "CALL_GONE",
    "CALL_GONE",
    "CALL_GONE",
    "CALL_SEARCHES_EXCEEDED",
    "CALL_SEARCHES_EXCEEDED",
  ]);
});
