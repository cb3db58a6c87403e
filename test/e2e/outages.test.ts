import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { jobsOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { cacheDir } from "../support/own-sandbox.ts";

/** A sandbox of its own, whose parts are stopped and started; the tests are steps of one story, in this order. */
let stack: Stack;
let names: OwnNames;
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;

const tenantId = newTenantId();
const trigger = (): ReturnType<typeof triggerOf> =>
  triggerOf({ tenantId, url: `${hooks.url}/hook`, action: { retries: 3 } });
let triggerId: string;

beforeAll(async () => {
  stack = await startStack({
    cacheDir,
    env: { ...process.env, ONHOOK_SANDBOX: "java" },
    onProgress: () => undefined,
  });
  names = ownNames(stack, "outages");
  await mustRun(["topics", "apply"], names);
  // Every tenth webhook fails at first, so that the ladder is at work during the outages too.
  hooks = await startHooks(({ before, id }) => (before === 0 && id.endsWith("0") ? 503 : 200));
  platform = await createPlatform(stack, names.topics);
  const first = trigger();
  ({ triggerId } = first);
  await platform.putTrigger(first);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
  await stack?.stop();
});

const succeeded = (id: string): boolean =>
  hooks.counts.has(id) && (!id.endsWith("0") || (hooks.counts.get(id) ?? 0) > 1);

/** Waits until the webhook of every call was taken. */
async function allTaken(calls: readonly ReturnType<typeof callOf>[]): Promise<void> {
  const waiting = new Set(calls.map((call) => webhookIdOf(call, triggerId)));
  await hooks.until(() => {
    for (const id of waiting) if (succeeded(id)) waiting.delete(id);
    return waiting.size === 0;
  });
}

test("without a registry the commands say so and name the setting's value", async () => {
  await stack.stopRegistry();
  const { status, stderr } = await runProgram(["trigger", "list"], names);
  expect(status).toBe(1);
  expect(stderr).toBe(
    `onhook: The schema registry at ${stack.registryUrl} can not be reached: connect ECONNREFUSED ${new URL(stack.registryUrl).host}\n`,
  );
});

test("without a registry the service starts, says what it waits for, and begins when it is there", async () => {
  service = startService(names.env);
  const waiting = await service.line(({ event }) => event === "service.waiting");
  expect(waiting).toMatchObject({ level: "error", err: { code: "REGISTRY_UNREACHABLE" } });
  expect((await service.get("/healthz")).status).toBe(200);
  const { status, body } = await service.get("/readyz");
  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({
    ok: false,
    checks: [{ name: "store", ok: false, detail: "waiting for the registry" }, {}, {}, {}],
  });
  await stack.startRegistry();
  await service.ready();
  const calls = callsOf(20, tenantId);
  await platform.call(...calls);
  await allTaken(calls);
});

test("while the registry is away, calls by known schemas go on, and one by a new schema waits for it", async () => {
  const schema = schemaFile("call-ended") as unknown as { doc: string };
  const later = { ...schema, doc: "The same, written anew." } as never;
  const laterId = await platform.register(names.topics.cdr, later);
  await stack.stopRegistry();
  const calls = callsOf(20, tenantId);
  await platform.call(...calls);
  await allTaken(calls);
  const call = callOf(tenantId);
  await platform.send(
    names.topics.cdr,
    call.tenantId,
    wireBytes(laterId, avroTypeOf(later).toBuffer(call)),
  );
  await service.line(({ event, err }) => event === "transaction.aborted" && err !== undefined);
  expect((await service.get("/healthz")).status).toBe(200);
  await stack.startRegistry();
  await allTaken([call]);
  expect(await recordsOf(stack, names.topics.invalid)).toEqual([]);
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a broker that is restarted by %s in the middle costs no webhook and doubles no job",
  async (how) => {
    const calls = callsOf(3000, tenantId);
    const before = hooks.counts.size;
    const sending = platform.call(...calls);
    await hooks.until(() => hooks.counts.size >= before + 300);
    await stack.stopBroker(0, how);
    expect((await service.get("/healthz")).status).toBe(200);
    await stack.startBroker(0);
    await sending;
    await allTaken(calls);
    const jobs = await jobsOf(stack, names.topics.jobs);
    const origin = ({ cdrPartition, cdrOffset, triggerId: id }: DeliveryJob): string =>
      `${cdrPartition}/${cdrOffset} ${id}`;
    expect(new Set(jobs.map(origin)).size).toBe(jobs.length);
    const ours = new Set(calls.map((call) => webhookIdOf(call, triggerId)));
    const requests = hooks.all.filter(({ id }) => ours.has(id));
    const pairs = new Set(requests.map(({ id, attempt }) => `${id} ${attempt}`));
    console.log(`${requests.length} requests, ${requests.length - pairs.size} of them repeated`);
  },
);

test("after all that the service still stops in order", async () => {
  await service.ready();
  expect(await service.stop()).toBe(0);
  expect(await service.stderr).toBe("");
});
