import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import { decodeFinished } from "../../src/delivery/finished-offsets.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { followAttempts, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";
import type { StackAddress } from "../support/e2e-names.ts";

const quick = 300;

/** How many records of the topic's one partition the group's commit says are finished, though they are above its offset. */
async function watchGroup(stack: StackAddress, groupId: string, topic: string) {
  const admin = new kafkajs.Kafka({
    brokers: [...stack.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  return {
    async finishedBeyondMark(): Promise<number> {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const finished = decodeFinished(offsets?.partitions[0]?.metadata ?? "");
      const jobs = await recordsOf(stack, topic);
      return jobs.filter(({ offset }) => finished(offset)).length;
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}

test("after kill -9 only the request that was in flight is repeated, not what was delivered behind it", async () => {
  const stack = useStack();
  const { env, topics, groups } = ownNames(stack, "repeats", {
    ONHOOK_TOPICS_JOBS_PARTITIONS: "1",
  });
  await mustRun(["topics", "apply"], { env });
  let hanging = true;
  await using hooks = await startHooks(({ path }) =>
    path === "/hang" && hanging ? new Promise<number>(() => undefined) : 200,
  );
  await using platform = await createPlatform(stack, topics);
  const [slow, fast] = ["/hang", "/quick"].map((path) =>
    triggerOf({ tenantId: newTenantId(), url: `${hooks.url}${path}` }),
  ) as [ReturnType<typeof triggerOf>, ReturnType<typeof triggerOf>];
  for (const trigger of [slow, fast]) await platform.putTrigger(trigger);
  await using attempts = await followAttempts(stack, topics.attempts);

  const killed = await startReadyService(env);
  await platform.call(callOf(slow.tenantId));
  await hooks.until(() => hooks.all.length === 1);
  await platform.call(...Array.from({ length: quick }, () => callOf(fast.tenantId)));
  await attempts.until(() => attempts.all.length === quick);
  await using group = await watchGroup(stack, groups.deliver, topics.jobs);
  await expect.poll(() => group.finishedBeyondMark(), { timeout: 20_000 }).toBe(quick);
  await killed.stop("SIGKILL");

  hanging = false;
  await using successor = await startReadyService(env);
  await attempts.until(() => attempts.all.length >= quick + 1);
  expect(await successor.stop()).toBe(0);
  const perPath = Map.groupBy(hooks.all, ({ path }) => path);
  expect([perPath.get("/hang")?.length, perPath.get("/quick")?.length]).toEqual([2, quick]);
});
