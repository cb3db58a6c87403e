import type { Admin } from "kafkajs";
import { expect } from "vitest";
import { decodeFinished } from "../../../src/delivery/finished-offsets.ts";
import { partitionKey } from "../../../src/log/log-record.ts";
import { withAdmin } from "../../../src/kafka/with-admin.ts";
import { expectedWebhooks } from "../../support/e2e-expected.ts";
import { useStack } from "../../support/stack.ts";
import { sampleConfiguration } from "../load.ts";
import { testClient } from "../quiet.ts";
import { faultTest } from "../scenario.ts";
import { telling } from "../watching.ts";
import type { World } from "../world.ts";

interface Deleted {
  readonly topic: string;
  readonly partition: number;
  /** The group's next offset. */
  readonly from: number;
  /** Below this all is deleted. */
  readonly to: number;
  /** What the group had finished in between. */
  readonly finished: (offset: number) => boolean;
}

async function deletable(
  admin: Admin,
  group: string,
  topic: string,
  part: number,
): Promise<Deleted[]> {
  const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  return ends.flatMap(({ partition, high }) => {
    const at = committed?.partitions.find((each) => each.partition === partition);
    const from = Math.max(0, Number(at?.offset ?? 0));
    const to = from + Math.floor((Number(high) - from) * part);
    return to > from && from > 0
      ? [{ topic, partition, from, to, finished: decodeFinished(at?.metadata ?? "") }]
      : [];
  });
}

/** Deletes a part of what the group has not read, as retention does. */
async function deleteUnread(world: World, group: string, topic: string): Promise<Deleted[]> {
  const part = 0.3 + world.random.next() * 0.4;
  await world.notebook.look();
  return await withAdmin(testClient(world.stack), async (admin) => {
    const deleted = await deletable(admin, group, topic, part);
    const partitions = deleted.map(({ partition, to }) => ({ partition, offset: String(to) }));
    await admin.deleteTopicRecords({ topic, partitions });
    return deleted;
  });
}

/** What stood at these places, and was not finished. */
function among<T>(deleted: readonly Deleted[], noted: ReadonlyMap<string, T>): T[] {
  return deleted.flatMap(({ topic, partition, from, to, finished }) =>
    Array.from({ length: to - from }, (_, index) => from + index)
      .filter((offset) => !finished(offset))
      .map((offset) => noted.get(`${topic}/${partition} ${offset}`))
      .filter((each) => each !== undefined),
  );
}

function isBelow(place: string, { topic, partition, to }: Deleted): boolean {
  const [at, offset] = place.split(" ");
  return at === partitionKey({ topic, partition }) && Number(offset) < to;
}

/** Runs the load with that role away from some point on, deletes what it has not read, and has it come back. */
async function withoutRole(world: World, role: "match" | "deliver"): Promise<Deleted[]> {
  const { fleet, load, names, random } = world;
  const [matcher, deliverer] = await fleet.ready("match", "deliver");
  const away = role === "match" ? matcher : deliverer;
  const other = role === "match" ? deliverer : matcher;
  if (away === undefined || other === undefined) throw new Error("no process");
  const sending = load.send();
  await load.sentPart(0.3 + random.next() * 0.2);
  expect(await fleet.stop(away)).toBe(0);
  await sending;
  // All jobs are made by then.
  if (role === "deliver") await world.quiet("match");
  const topic = role === "match" ? names.topics.cdr : names.topics.jobs;
  const deleted = await deleteUnread(world, names.groups[role], topic);
  const back = fleet.start(role);
  for (const { partition } of deleted)
    await back.line(telling("consumer.records-lost", { topic, partition }));
  const told = back.log.filter(telling("consumer.records-lost", { topic }));
  const counts = new Map(told.map((line) => [line["partition"], line["count"]]));
  expect(counts).toEqual(new Map(deleted.map(({ partition, from, to }) => [partition, to - from])));
  const all = deleted.reduce((sum, { from, to }) => sum + to - from, 0);
  expect(await back.metric("onhook_records_lost_total", { topic })).toBe(all);
  return deleted;
}

faultTest("retention-of-calls", {
  stack: useStack,
  async story(world) {
    const deleted = await withoutRole(world, "match");
    const { triggers, tenants } = sampleConfiguration(world.receivers.url);
    const calls = among(deleted, world.notebook.calls);
    for (const { webhookId } of expectedWebhooks(calls, triggers, tenants))
      world.destroyed.add(webhookId);
    expect(world.destroyed.size).toBeGreaterThan(0);
  },
});

faultTest("retention-of-jobs", {
  stack: useStack,
  async story(world) {
    const deleted = await withoutRole(world, "deliver");
    for (const { jobId } of among(deleted, world.notebook.jobs)) world.destroyed.add(jobId);
    for (const [place, { jobId }] of world.notebook.jobs)
      if (deleted.some((span) => isBelow(place, span))) world.deleted.add(jobId);
    expect(world.destroyed.size).toBeGreaterThan(0);
  },
});
