import { randomUUID } from "node:crypto";
import type { OperationId } from "../../../src/admin/contract/operations.ts";
import type { AdminStage } from "../admin-stage.ts";
import type { ApiClient, Asked } from "../api-client.ts";
import { startHooks } from "../e2e-hooks.ts";
import type { Hooks } from "../e2e-hooks.ts";
import { webhookIdOf } from "../e2e-expected.ts";
import { callOf, newTenantId, triggerOf } from "../e2e-samples.ts";
import type { Person } from "./rights-table.ts";

/** Ids of things that a tenant has. */
export interface Things {
  readonly tenantId: string;
  readonly triggerId: string;
  readonly tokenId: string;
  readonly cdrId: string;
  readonly jobId: string;
  readonly replayId: string;
}

/** Two tenants with things of every kind, and everybody who may ask about them. */
export interface World extends AsyncDisposable {
  readonly things: Things;
  readonly otherThings: Things;
  /** The tokens of all who have one. */
  readonly tokens: Readonly<Record<Exclude<Person, "nobody" | "linked">, string>>;
  readonly hooks: Hooks;
  as(person: Person): ApiClient;
  /** The same things, with new ones in place of those that the operation uses up. */
  fresh(operation: OperationId): Promise<Things>;
}

/** Ids that nobody has. */
export const noThings = (): Things => ({
  tenantId: newTenantId(),
  triggerId: randomUUID(),
  tokenId: "0123456789abcdef",
  cdrId: randomUUID(),
  jobId: randomUUID(),
  replayId: `dead-${randomUUID().slice(0, 8)}`,
});

async function must(answer: ReturnType<ApiClient["ask"]>, status: number) {
  const got = await answer;
  if (got.status !== status) throw new Error(`${got.status} in place of ${status}: ${got.text}`);
  return got.json() as Readonly<Record<string, unknown>>;
}

async function makeToken(operator: ApiClient, tenantId: string): Promise<string> {
  const path = `/tenants/${tenantId}/tokens`;
  return String((await must(operator.ask("POST", path, { body: { name: "a" } }), 201))["tokenId"]);
}

async function makeTrigger(operator: ApiClient, tenantId: string, url: string): Promise<string> {
  const path = `/tenants/${tenantId}/triggers`;
  const body = { name: "of the matrix", action: { url }, generateSecret: true };
  return String((await must(operator.ask("POST", path, { body }), 201))["triggerId"]);
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
};

async function attemptsOf(operator: ApiClient, { tenantId, jobId }: Things): Promise<number> {
  const answer = await must(operator.ask("GET", `/tenants/${tenantId}/deliveries/${jobId}`), 200);
  return (answer["attemptList"] as readonly unknown[]).length;
}

/** Whoever comes by a link to the tenant; a new one for each request, since one of them is to sign out. */
function linkedClient(stage: AdminStage, operator: ApiClient, tenantId: string): ApiClient {
  const client = stage.api();
  async function cookie(): Promise<string> {
    const made = operator.ask("POST", "/sign-in-links", { body: { tenantId, name: "Somebody" } });
    const url = String((await must(made, 201))["url"]);
    const body = { code: new URL(url).hash.slice("#code=".length) };
    const { headers } = await client.ask("POST", "/session", { body });
    return String(headers["set-cookie"]?.[0]?.split(";")[0]);
  }
  const asked = async (given: Asked = {}): Promise<Asked> => ({
    ...given,
    headers: { ...given.headers, cookie: await cookie() },
  });
  return {
    ask: async (method, path, given) => await client.ask(method, path, await asked(given)),
    raw: async (method, path, given) => await client.raw(method, path, await asked(given)),
  };
}

/** A tenant with a trigger, a call that was delivered, a token and a replay. */
async function makeThings(
  { platform }: AdminStage,
  operator: ApiClient,
  hooks: Hooks,
): Promise<Things> {
  const tenantId = newTenantId();
  await platform.putTenant({ tenantId, name: "Tenant", maxTriggers: null, suspended: false });
  const trigger = triggerOf({ tenantId, url: hooks.url });
  await platform.putTrigger(trigger);
  const { triggerId } = trigger;
  const t = `/tenants/${tenantId}`;
  await until(async () => (await operator.ask("GET", `${t}/triggers/${triggerId}`)).status === 200);
  const call = callOf(tenantId);
  const jobId = webhookIdOf(call, triggerId);
  await platform.call(call);
  await until(async () => (await operator.ask("GET", `${t}/deliveries/${jobId}`)).status === 200);
  await until(async () => (await operator.ask("GET", `${t}/calls/${call.cdr.id}`)).status === 200);
  const body = { kind: "dead", triggerId };
  const replay = await must(operator.ask("POST", `${t}/replays`, { body }), 202);
  const tokenId = await makeToken(operator, tenantId);
  return {
    tenantId,
    triggerId,
    tokenId,
    cdrId: call.cdr.id,
    jobId,
    replayId: String(replay["replayId"]),
  };
}

export async function makeWorld(stage: AdminStage): Promise<World> {
  const hooks = await startHooks();
  const operatorToken = await stage.token({ role: "operator" });
  const operator = stage.api(operatorToken);
  const things = await makeThings(stage, operator, hooks);
  const otherThings = await makeThings(stage, operator, hooks);
  const { tenantId } = things;
  const tokens = {
    operator: operatorToken,
    own: await stage.token({ role: "tenant-admin", tenantId }),
    foreign: await stage.token({ role: "tenant-admin", tenantId: otherThings.tenantId }),
    support: await stage.token({ role: "support" }),
    narrow: await stage.token({ role: "operator", scopes: ["changes:read"] }),
    narrowOwn: await stage.token({ role: "tenant-admin", tenantId, scopes: ["changes:read"] }),
  };
  let redelivered = 0;
  return {
    things,
    otherThings,
    tokens,
    hooks,
    as(person) {
      if (person === "linked") return linkedClient(stage, operator, tenantId);
      return person === "nobody" ? stage.api() : stage.api(tokens[person]);
    },
    async fresh(operation) {
      if (operation === "deleteTrigger")
        return { ...things, triggerId: await makeTrigger(operator, tenantId, hooks.url) };
      if (operation === "revokeToken" || operation === "revokeTenantToken")
        return { ...things, tokenId: await makeToken(operator, tenantId) };
      if (operation === "redeliver") {
        // Nothing is sent anew for a trigger that is off, nor while it is sent anew already.
        await operator.ask("POST", `/tenants/${tenantId}/triggers/${things.triggerId}/enable`);
        await until(async () => (await attemptsOf(operator, things)) > redelivered);
        redelivered += 1;
      }
      if (operation === "deleteTenant") {
        const body = { name: "Tenant" };
        const headers = { "if-none-match": "*" };
        await operator.ask("PUT", `/tenants/${tenantId}`, { body, headers });
      }
      return things;
    },
    [Symbol.asyncDispose]: () => hooks[Symbol.asyncDispose](),
  };
}
