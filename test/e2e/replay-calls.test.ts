import { expect, test } from "vitest";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { headersOf, jobOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

test("a trigger fires for calls of the past by the ids that match would give, and once however often it is replayed", async () => {
  const { env, topics } = ownNames(stack, "replay-calls");
  await mustRun(["topics", "apply"], { env });
  await using hooks = await startHooks();
  await using platform = await createPlatform(stack, topics);
  const tenantId = newTenantId();
  const early = Array.from({ length: 6 }, (_, index) => callOf(tenantId, { dur: index * 10 }));
  await platform.call(...early, callOf(newTenantId(), { dur: 50 }));
  await platform.send(topics.cdr, "broken", Buffer.from("no call"));
  const trigger = triggerOf({ tenantId, url: hooks.url, filters: [when("dur", "gt", "30")] });
  const other = triggerOf({ tenantId, url: hooks.url });
  // The calls are matched before there is the trigger, so that it fires for none of them by itself.
  await using service = await startReadyService(env);
  const matched = async (): Promise<number> => await service.metric("onhook_cdrs_total");
  await expect.poll(matched, { timeout: 60_000 }).toBe(8);
  await platform.putTrigger({ ...other, enabled: false });
  await service.hasApplied(await platform.putTrigger(trigger));

  const [from, to] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const range = ["--from", from, "--to", to] as string[];
  const args = ["replay", "calls", "--trigger", trigger.triggerId.toUpperCase(), ...range];
  const dryRun = await mustRun(args, { env });
  expect(dryRun).toMatch(/^replay calls-[0-9a-f]{12}: 2 jobs to replay, of 8 records$/m);
  expect(dryRun).toContain("will be skipped: 1 undecodable");
  expect(hooks.all).toEqual([]);

  expect(await mustRun([...args, "--yes"], { env })).toContain("replayed 2 jobs, 1 skipped");
  await hooks.until(() => hooks.all.length === 2);
  const expected = early.slice(4).map((call) => webhookIdOf(call, trigger.triggerId));
  expect(hooks.all.map(({ id }) => id).sort()).toEqual(expected.sort());
  expect(await mustRun([...args, "--yes"], { env })).toContain("nothing left to do");
  const jobs = await recordsOf(stack, topics.jobs);
  expect(jobs.map((record) => jobOf(record).jobId).sort()).toEqual(expected);
  expect(jobs.map((record) => headersOf(record)["onhook-replay"])).toEqual([
    expect.stringMatching(/^calls-/),
    expect.stringMatching(/^calls-/),
  ]);

  const inactive = ["replay", "calls", "--trigger", other.triggerId, ...range];
  expect(await runProgram(inactive, { env })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`Trigger ${other.triggerId} is disabled`),
  });
  expect(await service.stop()).toBe(0);
});
