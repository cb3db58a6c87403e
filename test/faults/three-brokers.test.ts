import { afterEach, expect, test } from "vitest";
import { createTopicAdmin } from "../../src/kafka/topic-admin.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ownName } from "../contracts/log-under-test.ts";
import { recordsIn, writeTopic } from "../support/sandbox-probes.ts";
import { useThreeBrokers } from "../support/three-brokers.ts";

const cluster = useThreeBrokers();
afterEach(() => cluster.startAll());

/** A new leader is named before it serves. */
const patience = { timeout: 60_000, interval: 100 };

test("topics have three copies of which two must be in sync, those of offsets and transactions too", async () => {
  const kafka = cluster.client();
  const admin = createTopicAdmin(kafka, systemClock);
  const topic = ownName("copied");
  await admin.create([{ topic, partitions: 2, settings: {} }], -1);
  // Their first users make the brokers create them.
  const groupId = ownName("group");
  const asked = (): Promise<boolean> =>
    withAdmin(kafka, (each) => each.fetchOffsets({ groupId })).then(
      () => true,
      () => false,
    );
  await expect.poll(asked, patience).toBe(true);
  const producer = kafka.producer({ transactionalId: ownName("tx"), maxInFlightRequests: 1 });
  await producer.connect();
  await (await producer.transaction()).abort();
  await producer.disconnect();
  const names = [topic, "__consumer_offsets", "__transaction_state"];
  expect(await admin.describe(names, ["min.insync.replicas"])).toMatchObject(
    names.map(() => ({ replicas: 3, settings: { "min.insync.replicas": "2" } })),
  );
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a topic lives on while the broker that led it is gone by %s, which comes back with its data",
  async (how) => {
    const topic = ownName("led");
    await writeTopic(cluster.stack, topic);
    const first = await cluster.leaderOf(topic, 0);
    await cluster.stack.stopBroker(first, how);
    await expect.poll(() => cluster.leaderOf(topic, 0), patience).not.toBe(first);
    await expect.poll(() => recordsIn(cluster.stack, topic), patience).toBe(1);
    await cluster.stack.startBroker(first);
    await cluster.untilInSync(topic);
  },
);

test("a frozen broker loses what it led, and takes part again when it is thawed", async () => {
  const topic = ownName("led");
  await writeTopic(cluster.stack, topic);
  const first = await cluster.leaderOf(topic, 0);
  await cluster.stack.freezeBroker(first);
  await expect.poll(() => cluster.leaderOf(topic, 0), patience).not.toBe(first);
  await cluster.stack.thawBroker(first);
  await cluster.untilInSync(topic);
  await expect.poll(() => recordsIn(cluster.stack, topic), patience).toBe(1);
});

test("all three at once die and come back with what was acknowledged", async () => {
  const topic = ownName("led");
  await writeTopic(cluster.stack, topic);
  await Promise.all([0, 1, 2].map((index) => cluster.stack.stopBroker(index, "SIGKILL")));
  await cluster.startAll();
  await expect.poll(() => recordsIn(cluster.stack, topic), patience).toBe(1);
});
