import { Kafka, logLevel } from "kafkajs";
import { beforeAll, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { followAttempts } from "../support/e2e-records.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "dead-list");

/** Answers 410 for ever: final at once. */
const gone = triggerOf({ tenantId: newTenantId(), url: "", action: { retries: 5 } });
/** Answers 500, and has no retries. */
const broken = triggerOf({ tenantId: newTenantId(), url: "", action: { retries: 0 } });

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  await using hooks = await startHooks(({ path }) => (path === "/gone" ? 410 : 500));
  await using platform = await createPlatform(stack, topics);
  await using attempts = await followAttempts(stack, topics.attempts);
  const at = (trigger: typeof gone, path: string) => ({
    ...trigger,
    action: { ...trigger.action, url: `${hooks.url}${path}` },
  });
  await platform.putTrigger(at(gone, "/gone"));
  await using service = await startReadyService(env);
  await service.hasApplied(await platform.putTrigger(at(broken, "/broken")));
  const dead = () => attempts.all.filter(({ outcome }) => outcome === "dead").length;
  await platform.call(...callsOf(2, gone.tenantId));
  await attempts.until(() => dead() === 2);
  await platform.call(...callsOf(3, broken.tenantId));
  await attempts.until(() => dead() === 5);
});

interface Listed {
  readonly at: string;
  readonly tenantId: string;
  readonly triggerId: string;
  readonly reason: string;
  readonly attempts: number;
  readonly status: number;
}

async function listed(...args: string[]): Promise<Listed[]> {
  const out = await mustRun(["dead", "list", "--json", ...args], { env });
  const lines = out.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Listed);
}

test.concurrent("all dead jobs are listed, the newest last, each with its reason", async () => {
  const jobs = await listed();
  expect(jobs.map(({ reason, status, attempts }) => ({ reason, status, attempts }))).toEqual([
    ...Array.from({ length: 2 }, () => ({ reason: "gone", status: 410, attempts: 1 })),
    ...Array.from({ length: 3 }, () => ({ reason: "status", status: 500, attempts: 1 })),
  ]);
  expect(jobs.map(({ at }) => at)).toEqual(jobs.map(({ at }) => at).sort());
});

test.concurrent.each([
  ["--tenant", gone.tenantId, 2],
  ["--tenant", newTenantId(), 0],
  ["--trigger", broken.triggerId, 3],
  ["--reason", "gone", 2],
  ["--limit", "1", 1],
] as const)("`dead list %s %s` lists those alone", async (option, value, count) => {
  expect(await listed(option, value)).toHaveLength(count);
});

test.concurrent("as a table it is one line each, and the count goes to standard error", async () => {
  const args = ["dead", "list", "--limit", "2"];
  const { status, stdout, stderr } = await runProgram(args, { env });
  const [head, ...rows] = stdout.trimEnd().split("\n");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "5 dead jobs, the newest 2 shown\n" });
  expect(head).toMatch(/^AT +JOB +TRIGGER +TENANT +REASON +ATTEMPTS +ERROR$/);
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row).toContain("the receiver answered 500");
});

test("damaged and hostile headers of one record end nothing, and do nothing to the terminal", async () => {
  const producer = new Kafka({
    brokers: [...stack.brokers],
    logLevel: logLevel.NOTHING,
  }).producer();
  await producer.connect();
  const headers = { "onhook-dead-at": "99999999999999999", "onhook-dead-error": "\u001b[2Joh" };
  await producer.send({ topic: topics.dead, messages: [{ key: "k", value: null, headers }] });
  await producer.disconnect();
  const { status, stdout, stderr } = await runProgram(["dead", "list", "--limit", "1"], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "6 dead jobs, the newest 1 shown\n" });
  expect(stdout.trimEnd().split("\n").at(-1)).toContain(String.raw`\u001b[2Joh`);
});
