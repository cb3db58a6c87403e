import kafkajs from "kafkajs";
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

/** What docs/sizing.md has operators do to topics and groups by Kafka's own tools. */
const many = 50;
const stack = useStack();
let admin: Admin;

beforeAll(async () => {
  const [brokers, logLevel] = [[...stack.brokers], kafkajs.logLevel.NOTHING];
  admin = new kafkajs.Kafka({ brokers, logLevel }).admin();
  await admin.connect();
});

afterAll(async () => {
  await admin.disconnect();
});

/** All that is started ends with `ends`. */
async function startedAs(name: string, ends: AsyncDisposableStack) {
  const names = ownNames(stack, name);
  await mustRun(["topics", "apply"], names);
  const hooks = ends.use(await startHooks());
  const platform = ends.use(await createPlatform(stack, names.topics));
  const tenantId = newTenantId();
  const service = ends.use(await startReadyService(names.env));
  const offset = await platform.putTrigger(triggerOf({ tenantId, url: `${hooks.url}/` }));
  await service.hasApplied(offset);
  return { ...names, hooks, platform, service, tenantId };
}

test("partitions that are added while it runs are read without a restart", async () => {
  await using ends = new AsyncDisposableStack();
  const { topics, hooks, platform, tenantId } = await startedAs("grown", ends);
  const before = (await admin.fetchTopicOffsets(topics.cdr)).length;
  await admin.createPartitions({
    topicPartitions: [topics.cdr, topics.jobs].map((topic) => ({
      topic,
      count: before + 1,
    })),
  });
  await platform.connectAnew();
  await platform.callTo(
    before,
    Array.from({ length: many }, () => callOf(tenantId)),
  );
  await hooks.until(() => hooks.all.length >= many);
  expect(hooks.counts.size).toBe(many);
});

test("a match group that is set back has the same webhooks sent again, under the ids that they had", async () => {
  await using ends = new AsyncDisposableStack();
  const { env, topics, groups, hooks, platform, service, tenantId } = await startedAs(
    "set-back",
    ends,
  );
  await platform.call(...Array.from({ length: many }, () => callOf(tenantId)));
  await hooks.until(() => hooks.all.length === many);
  expect(await service.stop()).toBe(0);

  const starts = await admin.fetchTopicOffsetsByTimestamp(topics.cdr, 0);
  await admin.setOffsets({ groupId: groups.match, topic: topics.cdr, partitions: starts });
  await using again = await startReadyService(env);
  await hooks.until(() => hooks.all.length === 2 * many);
  expect(await again.stop()).toBe(0);
  expect([...hooks.counts.values()]).toEqual(Array.from({ length: many }, () => 2));
  expect(new Set(hooks.all.map(({ attempt }) => attempt))).toEqual(new Set([1]));
});
