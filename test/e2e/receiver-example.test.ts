import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownNames, plainEnv } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, repository } from "../support/e2e-program.ts";
import { followAttempts } from "../support/e2e-records.ts";
import type { Followed } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { createWatch } from "../support/e2e-watch.ts";
import { useStack } from "../support/stack.ts";
import type { Action } from "../../src/triggers/trigger.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";

const newSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;
const [secret, oldSecret, wrongSecret] = [newSecret(), newSecret(), newSecret()];

const stack = useStack();
const { env, topics } = ownNames(stack, "receiver-example");
const tenantId = newTenantId();
let receiver: ChildProcess;
const said: string[] = [];
const watch = createWatch();
let url: string;
let platform: Platform;
let service: ServiceProcess;
let attempts: Followed<DeliveryAttempt>;

beforeAll(async () => {
  receiver = spawn(process.execPath, [join(repository, "docs/examples/receiver.mjs")], {
    env: { ...plainEnv(), PORT: "0", WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(receiver.stdout as NonNullable<typeof receiver.stdout>);
  lines.on("line", (line) => {
    said.push(line);
    watch.changed();
  });
  await watch.until(() => said.length > 0);
  url = /http:\S+/.exec(said[0] ?? "")?.[0] ?? "";
  await mustRun(["topics", "apply"], { env });
  platform = await createPlatform(stack, topics);
  attempts = await followAttempts(stack, topics.attempts);
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await attempts?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  const ended = once(receiver, "exit");
  receiver.kill("SIGTERM");
  await ended;
});

/** Each trigger has calls of its own, told by their cause. */
async function deliver(cause: string, action: Partial<Action>): Promise<DeliveryAttempt> {
  const filters = [when("cause", "eq", cause)];
  const trigger = triggerOf({ tenantId, url, filters, action: { retries: 0, ...action } });
  await service.hasApplied(await platform.putTrigger(trigger));
  const call = callOf(tenantId, { cause, ans: 1, dur: 42, start: "2026-03-27T10:00:00+01:00" });
  await platform.call(call);
  const webhookId = webhookIdOf(call, trigger.triggerId);
  const attempt = () => attempts.all.find(({ jobId }) => jobId === webhookId);
  await attempts.until(() => attempt() !== undefined);
  return attempt() as DeliveryAttempt;
}

test.each([
  ["as JSON", { secrets: [secret] }],
  ["as a form", { secrets: [secret], format: "form" }],
  ["as a PUT", { secrets: [secret], method: "PUT" }],
  ["in a query", { secrets: [secret], method: "GET" }],
  ["while the secret is being changed", { secrets: [oldSecret, secret] }],
] as const)("the example receiver takes a signed webhook %s", async (how, action) => {
  const { outcome, jobId } = await deliver(how, action);
  expect(outcome).toBe("delivered");
  const line = said.find((each) => each.includes(jobId));
  expect(line).toMatch(/^200 \S+ call \S+ of 2026-03-27T10:00:00\+01:00: 42 s, answered$/);
});

test.each([
  ["without a signature", { secrets: [] }],
  ["signed with another secret", { secrets: [wrongSecret] }],
] as const)("the example receiver refuses a webhook %s", async (how, action) => {
  const { outcome, status } = await deliver(how, action);
  expect({ outcome, status }).toEqual({ outcome: "dead", status: 401 });
});
