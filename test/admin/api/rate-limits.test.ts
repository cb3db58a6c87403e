import { describe, expect, test } from "vitest";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";

const path = "/tenants/t1/triggers";

describe("too many requests", () => {
  test("of one person are refused, with when to come again; others are served", async () => {
    const { ask } = await openAdmin(undefined, { requestsPerMinute: 3 });
    for (let count = 0; count < 3; count += 1)
      expect((await ask("t1", "GET", "/tenants/t1")).status).toBe(200);
    const refused = await ask("t1", "GET", path);
    expect([refused.status, refused.json["code"]]).toEqual([429, "TOO_MANY_REQUESTS"]);
    expect(refused.headers).toMatchObject({ "ratelimit-limit": "3", "ratelimit-remaining": "0" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask("t2", "GET", "/tenants/t2")).status).toBe(200);
  });

  test("of an address that is not signed in are refused too, whatever it asks for", async () => {
    const { ask } = await openAdmin(undefined, { requestsPerMinute: 2 });
    expect((await ask(null, "GET", "/me")).status).toBe(401);
    expect((await ask("nobody", "GET", "/nothing")).status).toBe(404);
    expect((await ask(null, "GET", "/me")).status).toBe(429);
    expect((await ask("t1", "GET", "/tenants/t1")).status).toBe(200);
  });
});

test("requests are counted by tenant, whatever the token, and of the platform's people by themselves", async () => {
  const { ask } = await openAdmin(new MemoryConfig(), { requestsPerMinute: 2 });
  const statusOf = async (who: string) => (await ask(who, "GET", "/tenants/t1/triggers")).status;
  expect([await statusOf("t1"), await statusOf("reader"), await statusOf("t1")]).toEqual([
    200, 200, 429,
  ]);
  expect([await statusOf("reader"), await statusOf("t2")]).toEqual([429, 404]);
  const platform = ["operator", "support", "operator", "support"];
  expect(await Promise.all(platform.map(statusOf))).toEqual([200, 200, 200, 200]);
  expect(await statusOf("operator")).toBe(429);
});
