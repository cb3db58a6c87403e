import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiClient } from "../support/api-client.ts";
import { newTenantId } from "../support/e2e-samples.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
let stage: AdminStage;
let own: ApiClient;
let url: string;
const asked: string[] = [];
/** A receiver that leads elsewhere, and answers with more than anybody wants to see. */
const receiver = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (request.url === "/moved") {
    response.writeHead(302, { location: `${url}/inside` }).end();
    return;
  }
  if (request.url === "/large") {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<script>window.stolen=1</script>${"a".repeat(5_000_000)}`);
    return;
  }
  response.writeHead(200, { "set-cookie": "a=b", "x-own": "1" }).end("inside");
});

beforeAll(async () => {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  stage = await startAdminStage(stack, "redirects", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_TEST_SENDS_PER_MINUTE: "5",
  });
  own = stage.api(await stage.token({ role: "tenant-admin", tenantId }));
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  receiver.close();
  receiver.closeAllConnections();
});

const send = async (path: string) => {
  const body = { trigger: { name: "a", action: { url: `${url}${path}`, retries: 0 } } };
  return await own.ask("POST", `/tenants/${tenantId}/test-send`, { body });
};

it("a test request follows no redirect", async () => {
  const { status, json } = await send("/moved");
  expect({ status, told: json() }).toMatchObject({
    status: 200,
    told: { answer: { status: 302 } },
  });
  expect(asked).toEqual(["/moved"]);
});

it("a test request reads no more of an answer than the deliverer would, and gives it as text in JSON", async () => {
  const { text, headers, json } = await send("/large");
  expect(json()).toMatchObject({ answer: { status: 200, truncated: true } });
  expect(text.length).toBeLessThan(500_000);
  expect(headers["content-type"]).toContain("application/json");
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

it("an answer's own headers are told of, and are none of ours", async () => {
  const { headers } = await send("/plain");
  expect(headers["set-cookie"]).toBeUndefined();
  expect(headers["x-own"]).toBeUndefined();
});

it("a tenant may make so many test requests in a minute, and no more", async () => {
  const statuses: number[] = [];
  for (let count = 0; count < 8; count += 1) statuses.push((await send("/plain")).status);
  expect(statuses.at(-1)).toBe(429);
  expect(asked.length).toBeLessThanOrEqual(5);
});
