import { expect, test } from "vitest";
import { loggedPrincipal, loggedTenant } from "../../../src/admin/api/logged.ts";
import { openAdmin } from "../../support/memory-admin.ts";

test("the log has no more of a path than who asked may know of", async () => {
  const { ask, events } = await openAdmin();
  for (const [who, tenantId] of [
    [null, "t1"],
    ["nobody", "t1"],
    ["t2", "t1"],
    ["t1", "t1"],
    ["operator", "t1"],
  ] as const)
    await ask(who, "GET", `/tenants/${tenantId}`);
  const told = events.map((event) => event.type === "admin.answered" && event.tenantId);
  expect(told).toEqual([null, null, null, "t1", "t1"]);
  expect(loggedTenant({ tenantId: null }, "x".repeat(201))).toBeNull();
});

test("who a provider vouches for is told as a hash: its ids may be addresses of people", () => {
  // As `printf %s ada@example.com | sha256sum` gives it.
  expect(loggedPrincipal({ id: "oidc:ada@example.com" })).toBe("oidc:sha256-b5fc85e55755f9e0");
  expect(loggedPrincipal({ id: "token:0123" })).toBe("token:0123");
});
