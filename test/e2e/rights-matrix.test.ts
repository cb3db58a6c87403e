import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/admin/contract/operations.ts";
import type { OperationId } from "../../src/admin/contract/operations.ts";
import type { Operation } from "../../src/admin/contract/operation.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiAnswer } from "../support/api-client.ts";
import { requestOf } from "../support/rights/rights-requests.ts";
import { people, rights } from "../support/rights/rights-table.ts";
import type { Outcome, Person } from "../support/rights/rights-table.ts";
import { makeWorld, noThings } from "../support/rights/rights-world.ts";
import type { Things, World } from "../support/rights/rights-world.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let stage: AdminStage;
let world: World;

beforeAll(async () => {
  stage = await startAdminStage(stack, "rights", {
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_TEST_SENDS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
  });
  world = await makeWorld(stage);
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const all = Object.keys(rights) as OperationId[];
const pathOf = (operation: OperationId): string => (operations[operation] as Operation).path;
const ofTenant = all.filter((operation) => pathOf(operation).includes(":tenantId"));

async function ask(operation: OperationId, person: Person, things: Things): Promise<ApiAnswer> {
  const { method, path, ...asked } = requestOf(operation, things, {
    url: world.hooks.url,
    token: world.tokens.operator,
  });
  return await world.as(person).ask(method, path, asked);
}

/** What is the narrow tokens' one scope is their right. */
function outcomeOf(operation: OperationId, person: Person): Outcome {
  const isTheirs = operation === "listChanges" || operation === "listAllChanges";
  if (!isTheirs || !person.startsWith("narrow")) return rights[operation][person];
  return operation === "listAllChanges" && person === "narrowOwn" ? 403 : "granted";
}

describe.each(all)("%s", (operation) => {
  it.each(Object.keys(people) as Person[])(
    "by %s is answered as the table says",
    async (person) => {
      const outcome = outcomeOf(operation, person);
      const things = outcome === "granted" ? await world.fresh(operation) : world.things;
      const { status, text } = await ask(operation, person, things);
      const expected = outcome === "granted" ? operations[operation].status : outcome;
      expect({ status, text: status === expected ? "" : text }).toEqual({
        status: expected,
        text: "",
      });
    },
  );
});

/** All that a client sees of an answer, but the time and how many requests it has left. */
function seen({ status, headers, text }: ApiAnswer): object {
  const told = Object.entries(headers).filter(([name]) => !/^(?:date|ratelimit.*)$/.test(name));
  const words = text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
  return { status, text: words, headers: Object.fromEntries(told) };
}

describe("another tenant's things", () => {
  it.each(ofTenant)("for %s look as if there were none: the same bytes", async (operation) => {
    const foreign = seen(await ask(operation, "own", world.otherThings));
    expect(foreign).toMatchObject({ status: 404 });
    expect(foreign).toEqual(seen(await ask(operation, "own", noThings())));
    // Asked for as if they were their own.
    const mine = { ...world.otherThings, tenantId: world.things.tenantId };
    const ids = pathOf(operation).match(/:\w+/g) ?? [];
    if (ids.length === 1) return;
    const stranger = seen(await ask(operation, "own", mine));
    const nothing = { ...noThings(), tenantId: world.things.tenantId };
    expect(stranger).toEqual(seen(await ask(operation, "own", nothing)));
    expect(stranger).toMatchObject({ status: 404 });
  });

  it("are not told apart by a token that may not do it at all", async () => {
    for (const operation of ofTenant) {
      const foreign = seen(await ask(operation, "narrowOwn", world.otherThings));
      expect(foreign).toEqual(seen(await ask(operation, "narrowOwn", noThings())));
    }
  });

  it("are in no list, whatever is searched for", async () => {
    const { triggerId, jobId, cdrId, tokenId, tenantId } = world.otherThings;
    const secrets = [triggerId, jobId, cdrId, tokenId, tenantId];
    const t = `/tenants/${world.things.tenantId}`;
    const paths = [
      `${t}/triggers?limit=200`,
      `${t}/deliveries?limit=200`,
      `${t}/deliveries?triggerId=${triggerId}`,
      `${t}/deliveries?cdrId=${cdrId}`,
      `${t}/calls?limit=200`,
      `${t}/changes?limit=200`,
      `${t}/changes?triggerId=${triggerId}`,
      `${t}/tokens`,
      `${t}/replays`,
      `${t}/endpoints`,
      `${t}/field-values?path=id`,
    ];
    for (const path of paths) {
      const { status, text } = await world.as("own").ask("GET", path);
      expect({ path, status }).toEqual({ path, status: 200 });
      for (const secret of secrets)
        expect({ path, has: text.includes(secret) }).toEqual({ path, has: false });
    }
  });
});

describe("what an answer shows", () => {
  it("is no secret of a trigger, nor of a token, to anybody", async () => {
    const t = `/tenants/${world.things.tenantId}`;
    for (const person of ["own", "support", "operator"] as const)
      for (const path of [`${t}/triggers?limit=200`, `${t}/tokens`]) {
        const { text } = await world.as(person).ask("GET", path);
        expect(text).not.toMatch(/whsec_[A-Za-z0-9+/]{10}|onhk_|"hash"/);
      }
  });
});
