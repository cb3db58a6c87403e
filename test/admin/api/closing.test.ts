import { once } from "node:events";
import { expect, test } from "vitest";
import type { Handlers } from "../../../src/admin/contract/handlers.ts";
import { openAdmin } from "../../support/memory-admin.ts";
import { settle } from "../../support/fake-clock.ts";

const tenant = {
  tenantId: "t1",
  name: "",
  maxTriggers: null,
  suspended: false,
  triggers: { all: 0, active: 0, disabled: 0, overLicence: 0 },
};

/** An API of which one request is under way until it is let go. */
async function underWay() {
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const readTenant: Handlers["readTenant"] = async () => {
    begin();
    await released;
    return { body: tenant };
  };
  const admin = await openAdmin(undefined, { handlers: { readTenant } });
  const answer = admin.ask("t1", "GET", "/tenants/t1");
  await began;
  let hasClosed = false;
  async function close(): Promise<void> {
    await admin.close();
    hasClosed = true;
  }
  const closing = close();
  return { ...admin, answer, release, closing, hasClosed: () => hasClosed };
}

test("what is under way when the API closes is finished, and closing waits for it; nothing begins meanwhile", async () => {
  const { ask, answer, release, closing, hasClosed } = await underWay();
  const late = await ask("t1", "GET", "/tenants/t1/triggers");
  expect([late.status, late.json["code"]]).toEqual([503, "ADMIN_NOT_READY"]);
  await settle();
  expect(hasClosed()).toBe(false);
  release();
  expect((await answer).status).toBe(200);
  await closing;
});

test("where nothing is under way, closing waits for nothing, and it can be opened again", async () => {
  const { ask, close, open } = await openAdmin();
  await ask("t1", "GET", "/tenants/t1");
  await close();
  expect((await ask("t1", "GET", "/tenants/t1")).status).toBe(503);
  open();
  expect((await ask("t1", "GET", "/tenants/t1")).status).toBe(200);
});

test("a request whose body comes after the closing is not begun", async () => {
  const { server, close, events } = await openAdmin();
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const began = once(server.server, "request");
  async function* body() {
    yield Buffer.from('{"trigger":');
    await sent;
    yield Buffer.from('{"action":{"url":"https://a.example/"}}}');
  }
  const asked = fetch(`${address}/api/v1/tenants/t1/trigger-check`, {
    method: "POST",
    headers: { authorization: "Bearer t1", "content-type": "application/json" },
    body: body(),
    duplex: "half",
  });
  await began;
  await settle();
  await close();
  send();
  const answer = await asked;
  expect([answer.status, events.length]).toEqual([503, 1]);
  await server.close();
});
