import { expect, test } from "vitest";
import { operations } from "../../../src/admin/contract/operations.ts";
import type { Operation } from "../../../src/admin/contract/operation.ts";
import { MemoryConfig, memoryAdmin, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

const parameters: Readonly<Record<string, string>> = {
  tenantId: "t2",
  triggerId: someTriggerId,
  jobId: someTriggerId,
  cdrId: "c1",
  replayId: "r1",
  tokenId: "k1",
};
const filled = (path: string): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => parameters[name] ?? name);

const all = Object.entries<Operation>(operations);

test.each(all.filter(([, { access }]) => access !== "anybody"))(
  "%s is for nobody who is not signed in, and for no credential that counts for nothing",
  async (_, { method, path }) => {
    const { ask } = await openAdmin();
    for (const who of [null, "nobody"]) {
      const answer = await ask(who, method, filled(path));
      expect([answer.status, answer.json["code"]]).toEqual([401, "UNAUTHENTICATED"]);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
    }
  },
);

test.each(all.filter(([, { path }]) => path.includes(":tenantId")))(
  "%s says of another tenant's the same, byte for byte, whether it is there or not",
  async (_, { method, path }) => {
    const topics = new MemoryConfig();
    await topics.append("triggers", someTriggerId, triggerInput({ tenantId: "t2" }));
    const { ask } = await openAdmin(topics);
    const there = await ask("t1", method, filled(path));
    const missing = await ask("t1", method, filled(path).replace("/t2", "/t9"));
    expect([there.status, there.json["code"]]).toEqual([404, "NOT_FOUND"]);
    expect(there.text).toBe(missing.text);
    const untold = new Set(["date", "ratelimit-remaining", "ratelimit-reset"]);
    const told = ({ headers }: typeof there) =>
      Object.entries(headers).filter(([name]) => !untold.has(name));
    expect(told(there)).toEqual(told(missing));
  },
);

test("another tenant's trigger is not there under one's own path either", async () => {
  const topics = new MemoryConfig();
  await topics.append("triggers", someTriggerId, triggerInput({ tenantId: "t2" }));
  const { ask } = await openAdmin(topics);
  const foreign = await ask("t1", "GET", `/tenants/t1/triggers/${someTriggerId}`);
  const missing = await ask("t1", "GET", `/tenants/t1/triggers/${someTriggerId.replace("7", "8")}`);
  expect(foreign.status).toBe(404);
  expect(foreign.text).toBe(missing.text);
});

test("a token that lacks the scope is told which one it lacks, and nothing is done", async () => {
  const { ask, topics } = await openAdmin();
  const answer = await ask("reader", "POST", "/tenants/t1/triggers", {
    action: { url: "https://example.com" },
  });
  expect([answer.status, answer.json["code"]]).toEqual([403, "FORBIDDEN"]);
  expect(answer.json["detail"]).toBe("That needs the scope triggers:write");
  expect(topics.records.triggers).toEqual([]);
});

test("what is about all tenants is for nobody who belongs to one", async () => {
  const { ask } = await openAdmin();
  for (const path of ["/tenants", "/changes", "/tokens"])
    expect((await ask("t1", "GET", path)).status).toBe(403);
});

test("until its parts are there the API asks to try again, and describes itself all the same", async () => {
  const { ask, open } = await memoryAdmin();
  const early = await ask("t1", "GET", "/tenants/t1");
  expect([early.status, early.json["code"]]).toEqual([503, "ADMIN_NOT_READY"]);
  expect(early.headers["retry-after"]).toBe("2");
  expect((await ask(null, "GET", "/openapi.json")).status).toBe(200);
  open();
  expect((await ask("t1", "GET", "/tenants/t1")).status).toBe(200);
});
