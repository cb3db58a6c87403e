import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeRecord } from "../../src/history/change-record.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { apiOf } from "../support/api-client.ts";
import type { ApiAnswer, ApiClient } from "../support/api-client.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { avroTypeOf, schemaFile } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let stage: AdminStage;
let hooks: Hooks;
let operator: ApiClient;

beforeAll(async () => {
  stage = await startAdminStage(stack, "admin-configuration");
  hooks = await startHooks();
  operator = stage.api(await stage.token({ role: "operator" }));
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

interface Shown {
  readonly triggerId: string;
  readonly name: string;
}
const shown = (answer: ApiAnswer): Shown => answer.json() as Shown;
const ifMatch = ({ headers }: ApiAnswer) => ({ "if-match": String(headers.etag) });

async function created(tenantId: string, api = operator, name = "Calls"): Promise<ApiAnswer> {
  const body = { name, action: { url: `${hooks.url}/hook` } };
  const answer = await api.ask("POST", `/tenants/${tenantId}/triggers`, { body });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer;
}

const changeType = avroTypeOf(schemaFile("change-record"));

/** What the topic of changes tells of a tenant, by the schema file alone. */
async function changesOf(tenantId: string): Promise<ChangeRecord[]> {
  const records = await recordsOf(stack, stage.names.topics.changes);
  return records
    .map(({ value }) => changeType.fromBuffer((value as Buffer).subarray(5)) as ChangeRecord)
    .filter((change) => change.tenantId === tenantId);
}

test("a trigger that was created is read at once, fires for the next call, and its maker stands in the topic of changes", async () => {
  const tenantId = newTenantId();
  const tenant = stage.api(await stage.token({ role: "tenant-admin", tenantId }));
  const answer = await created(tenantId, tenant);
  const { triggerId } = shown(answer);
  const read = await tenant.ask("GET", `/tenants/${tenantId}/triggers/${triggerId}`);
  expect([read.status, read.headers.etag]).toEqual([200, answer.headers.etag]);
  const call = callOf(tenantId);
  await stage.platform.call(call);
  const id = webhookIdOf(call, triggerId);
  await hooks.until(() => hooks.counts.has(id));
  expect(await changesOf(tenantId)).toMatchObject([
    { action: "trigger.created", triggerId, actorRole: "tenant-admin" },
  ]);
});

test("of two administrators the second is told, and what the first has written stands", async () => {
  const tenantId = newTenantId();
  const first = await created(tenantId);
  const path = `/tenants/${tenantId}/triggers/${shown(first).triggerId}`;
  const body = { name: "First", action: { url: `${hooks.url}/hook` } };
  const headers = ifMatch(first);
  const won = await operator.ask("PUT", path, { body, headers });
  const lost = await operator.ask("PUT", path, { body: { ...body, name: "Second" }, headers });
  expect([won.status, lost.status]).toEqual([200, 412]);
  expect(lost.json()).toMatchObject({ code: "TRIGGER_CHANGED" });
  expect(lost.headers.etag).toBe(won.headers.etag);
  expect(shown(await operator.ask("GET", path)).name).toBe("First");
});

/** Another process of the admin role, and the API of each as this token sees it. */
async function twoProcesses(token: string) {
  const other = await startReadyService(stage.names.env, ["--roles", "admin"]);
  const { port } = await other.line(({ msg }) => msg === "listening");
  const there = apiOf(`http://127.0.0.1:${Number(port)}`, token);
  while ((await there.ask("GET", "/me")).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return { other, apis: [stage.api(token), there] as const };
}

test("two processes that are asked at the same time never both say yes, and agree on what stands", async () => {
  const { other, apis } = await twoProcesses(await stage.token({ role: "operator" }));
  await using _ = other;
  const tenantId = newTenantId();
  const first = await created(tenantId);
  const path = `/tenants/${tenantId}/triggers/${shown(first).triggerId}`;
  let [before, overlaps] = [first, 0];
  while ((await apis[1].ask("GET", path)).status !== 200) continue;
  for (let round = 0; round < 15; round += 1) {
    const headers = ifMatch(before);
    const names = [`here ${round}`, `there ${round}`];
    const answers = await Promise.all(
      apis.map((api, index) => {
        const body = { name: names[index], action: { url: `${hooks.url}/hook` } };
        return api.ask("PUT", path, { body, headers });
      }),
    );
    const winner = answers.findIndex(({ status }) => status === 200);
    const loser = answers.findIndex(({ status }) => status === 412);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    // The one who was refused is told what stands. Each process shows that once it has read so far.
    const standing = answers[loser]?.headers.etag;
    for (const api of apis) {
      do before = await api.ask("GET", path);
      while (before.headers.etag !== standing);
      expect(shown(before).name).toBe(names[winner]);
    }
    if (standing !== answers[winner]?.headers.etag) overlaps += 1;
  }
  console.log(`${overlaps} of 15 pairs of writes overlapped; what was overwritten was restored`);
  const changes = await changesOf(tenantId);
  expect(changes.filter(({ subject }) => subject === "restored")).toHaveLength(overlaps);
});

test("of triggers that two processes create at the same time as many are created as the licence covers, and no more stand", async () => {
  const { other, apis } = await twoProcesses(await stage.token({ role: "operator" }));
  await using _ = other;
  const body = { action: { url: `${hooks.url}/hook` } };
  let takenBack = 0;
  for (let round = 0; round < 20; round += 1) {
    const tenantId = newTenantId();
    const path = `/tenants/${tenantId}/triggers`;
    const maxTriggers = 1 + (round % 3);
    const licence = { name: "", maxTriggers };
    expect((await apis[0].ask("PUT", `/tenants/${tenantId}`, { body: licence })).status).toBe(200);
    for (const api of apis)
      while ((await api.ask("GET", `/tenants/${tenantId}`)).status !== 200) continue;
    const answers = await Promise.all(
      [0, 1, 2].flatMap(() => apis.map((api) => api.ask("POST", path, { body }))),
    );
    const made = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(made).toHaveLength(maxTriggers);
    for (const answer of refused) expect(answer.json()).toMatchObject({ code: "LICENCE_EXCEEDED" });
    const ids = made.map((answer) => shown(answer).triggerId).toSorted();
    for (const api of apis) {
      let standing: readonly Shown[] = [];
      // What is taken back by the other process is read here a moment later.
      do standing = ((await api.ask("GET", path)).json() as { items: Shown[] }).items;
      while (standing.length !== maxTriggers);
      expect(standing.map(({ triggerId }) => triggerId).toSorted()).toEqual(ids);
    }
    const changes = await changesOf(tenantId);
    const deleted = changes.filter(({ action }) => action === "trigger.deleted");
    expect(deleted.every(({ subject }) => subject === "licence")).toBe(true);
    expect(changes.filter(({ action }) => action === "trigger.created")).toHaveLength(
      maxTriggers + deleted.length,
    );
    takenBack += deleted.length;
  }
  console.log(`${takenBack} creations of 20 rounds overlapped and were taken back`);
  expect(takenBack).toBeGreaterThan(0);
});

test("one trigger more than the licence covers is refused with both numbers, and the platform's licence counts at once", async () => {
  const tenantId = newTenantId();
  const licence = { name: "Acme", maxTriggers: 1 };
  const made = await operator.ask("PUT", `/tenants/${tenantId}`, { body: licence });
  expect(made.status).toBe(200);
  await created(tenantId);
  const body = { action: { url: `${hooks.url}/hook` } };
  const refused = await operator.ask("POST", `/tenants/${tenantId}/triggers`, { body });
  expect(refused.status).toBe(409);
  expect(refused.json()).toMatchObject({
    code: "LICENCE_EXCEEDED",
    detail: "The tenant has 1 triggers, and its licence covers 1 (maxTriggers)",
  });
  await stage.platform.putTenant({ tenantId, name: "", maxTriggers: 2, suspended: false });
  let again = refused;
  while (again.status === 409)
    again = await operator.ask("POST", `/tenants/${tenantId}/triggers`, { body });
  expect(again.status).toBe(201);
});

test("what commands change is told as well, as the command line's", async () => {
  const tenantId = newTenantId();
  const trigger = triggerOf({ tenantId, url: `${hooks.url}/hook` });
  const { triggerId } = trigger;
  const { env } = stage.names;
  await mustRun(["trigger", "put", "-"], { env, stdin: JSON.stringify(trigger) });
  await mustRun(["trigger", "secret", triggerId, "--rotate"], { env });
  await mustRun(["trigger", "delete", triggerId], { env });
  const changes = await changesOf(tenantId);
  expect(changes.map(({ action }) => action)).toEqual([
    "trigger.created",
    "trigger.secret-rotated",
    "trigger.deleted",
  ]);
  for (const change of changes)
    expect(change).toMatchObject({ actorId: "command", triggerId, tenantId });
  let listed: readonly unknown[] = [];
  while (listed.length < 3) {
    const answer = await operator.ask("GET", `/tenants/${tenantId}/changes`);
    listed = (answer.json() as { items: unknown[] }).items;
  }
  expect(listed[0]).toMatchObject({ action: "trigger.deleted", actorId: "command" });
});
