import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formsElsewhere, formsOfNothing, formsOfThisMachine } from "../http/inside-hosts.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiAnswer, ApiClient } from "../support/api-client.ts";
import { newTenantId } from "../support/e2e-samples.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
let stage: AdminStage;
let own: ApiClient;
let port: number;
/** How many connections have come to a port of this machine that no request may go to. */
let connections = 0;
const inside = createServer((socket) => {
  connections += 1;
  socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
});

beforeAll(async () => {
  inside.listen(0, "::");
  await once(inside, "listening");
  ({ port } = inside.address() as AddressInfo);
  // As in production: nothing inside is allowed. Plain http is, so that a request could not fail for the want of TLS.
  stage = await startAdminStage(stack, "ssrf", {
    ONHOOK_DELIVERY_ALLOWED_RANGES: "",
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_TEST_SENDS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
    ONHOOK_DELIVERY_TIMEOUT_MS: "2000",
  });
  own = stage.api(await stage.token({ role: "tenant-admin", tenantId }));
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  inside.close();
});

const send = (url: string, more: object = {}): Promise<ApiAnswer> =>
  own.ask("POST", `/tenants/${tenantId}/test-send`, {
    body: { trigger: { name: "a", action: { url, retries: 0, ...more } } },
  });

/** Refused with the trigger, or by the guard when the connection would be made: nothing else. */
function isRefused({ status, json }: ApiAnswer): boolean {
  const told = json() as Readonly<Record<"code" | "outcome" | "reason", unknown>>;
  return (
    (status === 400 && told.code === "TRIGGER_INVALID") ||
    (status === 200 && told.outcome === "failed" && told.reason === "blocked-address")
  );
}

describe("a test request to somewhere inside", () => {
  it.each([...formsOfThisMachine, ...formsOfNothing])("is not made: %j", async (host) => {
    const answer = await send(`http://${host}:${port}/`);
    expect({ text: answer.text, refused: isRefused(answer) }).toMatchObject({ refused: true });
    expect(answer.text).not.toContain("secret");
  });

  it.each(formsElsewhere)("is not made: %j", async (host) => {
    const answer = await send(`http://${host}/`);
    expect({ text: answer.text, refused: isRefused(answer) }).toMatchObject({ refused: true });
  });

  it("has brought no connection to this machine, by any of its names", () => {
    expect(connections).toBe(0);
  });

  it.each([
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "data:text/plain,a",
    "//127.0.0.1/",
    "javascript:1",
  ])("is not made by another scheme: %s", async (url) => {
    expect((await send(url)).status).toBe(400);
  });

  it.each([22, 25, 6379, 9092, 10250])("is not made to port %i, wherever", async (denied) => {
    expect(isRefused(await send(`http://8.8.8.8:${denied}/`))).toBe(true);
  });

  it("is told of without the address that was looked up", async () => {
    const { text } = await send(`http://localhost:${port}/`);
    expect(text).not.toMatch(/::1|ECONN|getaddrinfo/);
  });
});
