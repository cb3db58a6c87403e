import { describe, expect, it } from "vitest";
import { accessUnderTest, asked, contextOf, nothing } from "../../access/access-under-test.ts";

const wanted = { name: "CRM", scopes: [], expiresInDays: 365 };
const ofTenant = (tenantId: string) => ({ ...nothing, params: { tenantId } });
const listOf = (tenantId: string, query: { limit?: number; cursor?: string } = {}) => ({
  ...ofTenant(tenantId),
  query: { limit: 50, ...query },
});
const dayMs = 86_400_000;

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
    const { body } = await handlers.listTenantTokens(listOf("t1"), contextOf(by));
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
    const { body } = await handlers.listTenantTokens(listOf("t1"), contextOf(by));
    expect(body.items.map(({ tenantId }) => tenantId)).toEqual(["t1"]);
    expect(body.items.map(({ tokenId }) => tokenId)).not.toContain(foreign.token.tokenId);
  });

  it("is read page by page, the newest first, each of them once", async () => {
    const { handlers, tokenOf, principalOf } = accessUnderTest();
    const by = await principalOf({ createdAt: 0 });
    const made = [];
    for (const createdAt of [5, 253_402_300_799_999, 70_000, 5, 1_000_000_000_000])
      made.push((await tokenOf({ createdAt })).token);
    const read: number[] = [];
    const ids = new Set<string>();
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = { limit: 2, ...(cursor !== "" && { cursor }) };
      const { body } = await handlers.listTenantTokens(listOf("t1", query), contextOf(by));
      expect(body.items.length).toBeLessThanOrEqual(2);
      for (const { createdAt, tokenId } of body.items) {
        read.push(Date.parse(createdAt));
        ids.add(tokenId);
      }
      cursor = body.nextCursor;
    }
    expect(read).toEqual([253_402_300_799_999, 1_000_000_000_000, 70_000, 5, 5, 0]);
    expect(ids.size).toBe(made.length + 1);
  });
});

describe("how many tokens there may be", () => {
  type Access = ReturnType<typeof accessUnderTest>;
  const exceeded = (limit: number) => ({ code: "TOKENS_EXCEEDED", details: { limit } });

  async function fill(
    { tokenOf }: Access,
    count: number,
    changes: Parameters<Access["tokenOf"]>[0],
  ) {
    for (let each = 0; each < count; each += 1) await tokenOf(changes);
  }

  it("is 100 of a tenant that count; expired ones don't, nor do another tenant's", async () => {
    const access = accessUnderTest();
    const { handlers, clock, changes, tokenOf } = access;
    const context = contextOf(await access.operator());
    const make = (tenantId: string) =>
      handlers.createTenantToken({ ...ofTenant(tenantId), body: wanted }, context);
    await fill(access, 99, {});
    await tokenOf({ expiresAt: clock.now() });
    const { body } = await make("t1");
    await expect(make("t1")).rejects.toMatchObject(exceeded(100));
    expect(changes).toHaveLength(1);
    await make("t2");
    const params = { tenantId: "t1", tokenId: body.tokenId };
    await handlers.revokeTenantToken({ ...nothing, params }, context);
    await make("t1");
  });

  it("is not passed by several that are made at once", async () => {
    const access = accessUnderTest();
    const context = contextOf(await access.operator());
    await fill(access, 98, {});
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        access.handlers.createTenantToken({ ...ofTenant("t1"), body: wanted }, context),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  });

  it("is 1,000 of the platform, whose tenants have their own", async () => {
    const access = accessUnderTest();
    const context = contextOf(await access.operator());
    const body = { ...wanted, role: "support" as const, tenantId: null };
    await fill(access, 998, { role: "support", tenantId: null });
    await access.handlers.createToken({ ...nothing, body }, context);
    await expect(access.handlers.createToken({ ...nothing, body }, context)).rejects.toMatchObject(
      exceeded(1000),
    );
    await access.handlers.createTenantToken({ ...ofTenant("t1"), body: wanted }, context);
  });
});

describe("an expired token", () => {
  it("is cleared away 30 days after its end by whoever writes next, and nothing is told of it", async () => {
    const { handlers, operator, tokenOf, table, clock, changes } = accessUnderTest();
    const ended = clock.now() - 30 * dayMs;
    const { token: old } = await tokenOf({ expiresAt: ended });
    const { token: young } = await tokenOf({ expiresAt: ended + 1 });
    const { token: other } = await tokenOf({ expiresAt: ended, tenantId: "t2" });
    const context = contextOf(await operator());
    const params = { tokenId: other.tokenId };
    await handlers.revokeToken({ ...nothing, params }, context);
    expect(table.get(old.tokenId)).toBeUndefined();
    expect(table.get(other.tokenId)).toBeUndefined();
    expect(table.get(young.tokenId)).toEqual(young);
    expect(changes).toMatchObject([{ action: "token.revoked", subject: other.tokenId }]);
    await clock.advance(1);
    const { body } = await handlers.createTenantToken({ ...ofTenant("t1"), body: wanted }, context);
    expect(table.get(young.tokenId)).toBeUndefined();
    expect(table.get(body.tokenId)).toBeDefined();
  });
});
