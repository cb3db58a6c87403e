import { describe, expect, it } from "vitest";
import { accessUnderTest, asked, contextOf, nothing } from "../../access/access-under-test.ts";

const wanted = { name: "CRM", scopes: [], expiresInDays: 365 };
const ofTenant = (tenantId: string) => ({ ...nothing, params: { tenantId } });

describe("a token that is made", () => {
  it("is shown once, counts at once, and is kept without its secret", async () => {
    const { handlers, authentication, table, principalOf, clock } = accessUnderTest();
    const by = await principalOf({ role: "tenant-admin", tenantId: "t1" });
    const made = await handlers.createTenantToken(
      { ...ofTenant("t1"), body: wanted },
      contextOf(by),
    );
    const { secret, tokenId, expiresAt } = made.body;
    expect(made.location).toBe(`/tenants/t1/tokens/${tokenId}`);
    expect(Date.parse(expiresAt ?? "")).toBe(clock.now() + 365 * 86_400_000);
    const bearer = asked({ authorization: `Bearer ${secret}` });
    expect(await authentication.authenticate(bearer)).toMatchObject({
      id: `token:${tokenId}`,
      role: "tenant-admin",
      tenantId: "t1",
    });
    const kept = JSON.stringify(table.get(tokenId));
    expect(kept).not.toContain(secret.slice(-43));
    expect(JSON.parse(kept)).toMatchObject({ createdBy: by.id });
    const { body } = await handlers.listTenantTokens(ofTenant("t1"), contextOf(by));
    expect(JSON.stringify(body)).not.toContain(secret.slice(-43));
    expect(body.items.map((each) => each.tokenId)).toContain(tokenId);
  });

  it("is told with who made it and whose it is", async () => {
    const { handlers, operator, changes } = accessUnderTest();
    const by = await operator();
    const { body } = await handlers.createToken(
      { ...nothing, body: { ...wanted, role: "support", tenantId: null } },
      contextOf(by),
    );
    expect(changes).toEqual([
      { by, action: "token.created", tenantId: null, subject: body.tokenId },
    ]);
  });

  it("has no more scopes than its maker, and is refused where it should have", async () => {
    const { handlers, principalOf, changes } = accessUnderTest();
    const by = await principalOf({ scopes: ["tokens:write", "calls:read"] });
    const { body } = await handlers.createTenantToken(
      { ...ofTenant("t1"), body: wanted },
      contextOf(by),
    );
    expect(body.scopes.toSorted()).toEqual(["calls:read", "tokens:write"]);
    changes.length = 0;
    await expect(
      handlers.createTenantToken(
        { ...ofTenant("t1"), body: { ...wanted, scopes: ["triggers:write"] } },
        contextOf(by),
      ),
    ).rejects.toMatchObject({ code: "FORBIDDEN", details: { scope: "triggers:write" } });
    expect(changes).toEqual([]);
  });

  it("of a tenant's administrator belongs to a tenant", async () => {
    const { handlers, operator } = accessUnderTest();
    const body = { ...wanted, role: "tenant-admin" as const, tenantId: null };
    await expect(
      handlers.createToken({ ...nothing, body }, contextOf(await operator())),
    ).rejects.toMatchObject({ code: "TOKEN_TENANT" });
  });

  it("need not end", async () => {
    const { handlers, operator } = accessUnderTest();
    const body = { ...wanted, role: "operator" as const, tenantId: null, expiresInDays: null };
    const made = await handlers.createToken({ ...nothing, body }, contextOf(await operator()));
    expect(made.body.expiresAt).toBeNull();
  });
});

describe("a token that is revoked", () => {
  it("counts for nothing once that is answered, and is told", async () => {
    const { handlers, authentication, tokenOf, operator, changes } = accessUnderTest();
    const { token, bearer } = await tokenOf();
    const by = await operator();
    const { tokenId } = token;
    await handlers.revokeToken({ ...nothing, params: { tokenId } }, contextOf(by));
    await expect(authentication.authenticate(bearer)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect(changes).toEqual([{ by, action: "token.revoked", tenantId: "t1", subject: tokenId }]);
  });

  it.each(["unknown", "of another tenant", "of no tenant"])(
    "is not found where it is %s",
    async (which) => {
      const { handlers, tokenOf, principalOf, table, changes } = accessUnderTest();
      const foreign = await tokenOf({ tenantId: "t2" });
      const ofNone = await tokenOf({ role: "support", tenantId: null });
      const ids: Readonly<Record<string, string>> = {
        unknown: "0000",
        "of another tenant": foreign.token.tokenId,
        "of no tenant": ofNone.token.tokenId,
      };
      const params = { tenantId: "t1", tokenId: ids[which] ?? "" };
      const before = table.all().length;
      const by = await principalOf();
      await expect(
        handlers.revokeTenantToken({ ...nothing, params }, contextOf(by)),
      ).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(table.all()).toHaveLength(before + 1);
      expect(changes).toEqual([]);
    },
  );
});

describe("the list of a tenant's tokens", () => {
  it("has those of no other tenant", async () => {
    const { handlers, tokenOf, principalOf } = accessUnderTest();
    const foreign = await tokenOf({ tenantId: "t2" });
    const by = await principalOf();
    const { body } = await handlers.listTenantTokens(ofTenant("t1"), contextOf(by));
    expect(body.items.map(({ tenantId }) => tenantId)).toEqual(["t1"]);
    expect(body.items.map(({ tokenId }) => tokenId)).not.toContain(foreign.token.tokenId);
  });
});
