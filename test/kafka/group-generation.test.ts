// @ts-expect-error kafkajs describes its public parts only.
import ConsumerGroup from "kafkajs/src/consumer/consumerGroup.js";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { watchGenerations } from "../../src/kafka/group-generation.ts";

/** kafkajs's own class, with its requests to the brokers replaced by a moment and a new generation. */
function memberOf(follow: (memberId: string) => void) {
  const group = Object.create((ConsumerGroup as { prototype: object }).prototype) as {
    generationId: number;
    joinAndSync(): Promise<void>;
    recoverFromFetch(error: Error): Promise<void>;
  };
  const logger = { info() {}, debug() {}, warn() {}, error() {} };
  const cluster = { refreshMetadata: async () => undefined };
  const retrier = async (): Promise<void> => {
    await pause(20);
    group.generationId += 1;
    follow("m1");
  };
  return Object.assign(group, {
    groupId: "g",
    memberId: "m1",
    generationId: 0,
    logger,
    cluster,
    retrier,
  });
}

it("has a member join once, though the fetchers of several brokers find at the same time that it has to", async () => {
  const heard: (number | null)[] = [];
  using watch = watchGenerations(async (membership) => {
    heard.push(membership?.generation ?? null);
  });
  const member = memberOf((id) => watch.follow(id));
  await member.joinAndSync();
  const stale = Object.assign(new Error("the leader has moved"), {
    type: "NOT_LEADER_FOR_PARTITION",
  });
  await Promise.all([member.recoverFromFetch(stale), member.recoverFromFetch(stale)]);
  expect(heard).toEqual([1, null, 2]);
  await member.joinAndSync();
  expect(heard).toEqual([1, null, 2, null, 3]);
});
