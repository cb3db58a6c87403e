import { describe, expect, it } from "vitest";
import type { ApiToken } from "../../src/access/api-token.ts";
import { settle } from "../support/fake-clock.ts";
import { jsonCodec, someToken, tokensUnderTest } from "./some-tokens.ts";

describe("the table of tokens", () => {
  it("has the newest version of each, and none that was revoked", async () => {
    const { table, put, write } = tokensUnderTest();
    const [a, b] = [someToken().token, someToken().token];
    await put(a);
    await put(b);
    await put({ ...a, name: "renamed" });
    await write({ key: b.tokenId, value: null });
    expect(table.get(a.tokenId)).toMatchObject({ name: "renamed" });
    expect(table.get(b.tokenId)).toBeUndefined();
    expect(table.all().map(({ tokenId }) => tokenId)).toEqual([a.tokenId]);
  });

  it("is caught up once it was read to its end, and tells who waits for an event of it", async () => {
    const { table, put, caughtUp } = tokensUnderTest();
    expect(table.caughtUp).toBe(false);
    caughtUp();
    expect(table.caughtUp).toBe(true);
    let isThere = false;
    void table.applied(0, new AbortController().signal).then(() => (isThere = true));
    await settle();
    expect(isThere).toBe(false);
    await put(someToken().token);
    await settle();
    expect(isThere).toBe(true);
  });

  it.each<[string, Partial<Record<keyof ApiToken, unknown>>, string]>([
    ["another key than its id", { tokenId: "other" }, "tokenId has to be the event's key"],
    ["no hash", { hash: "" }, "hash has to be 64 hexadecimal digits"],
    ["a role that there is not", { role: "root" }, "role is none that there is"],
    ["an inherited name as its role", { role: "constructor" }, "role is none that there is"],
    [
      "no tenant for its administrator",
      { tenantId: null },
      "tenantId is missing: a tenant-admin belongs to a tenant",
    ],
    ["an empty tenant", { tenantId: "" }, "tenantId has to be a tenant's id, or null"],
    ["scopes that are no list", { scopes: "all" }, "scopes has to be a list of texts"],
    [
      "a tenant that the API could not tell",
      { tenantId: "t".repeat(201) },
      "tenantId has to be a tenant's id, or null",
    ],
    [
      "an end that no calendar has",
      { expiresAt: Number.MAX_SAFE_INTEGER },
      "expiresAt has to be a time, or null",
    ],
    [
      "an end beyond the year 9999",
      { expiresAt: 253_402_300_800_000 },
      "expiresAt has to be a time, or null",
    ],
    ["a beginning before all time", { createdAt: -1 }, "createdAt has to be a time"],
    ["an end that is no time", { expiresAt: Number.NaN }, "expiresAt has to be a time, or null"],
  ])("refuses an event with %s, and tells why", async (_, changes, problem) => {
    const { table, write, events } = tokensUnderTest();
    const { token } = someToken();
    const value = Buffer.from(
      JSON.stringify({ ...token, ...changes }, (_, each: unknown) =>
        typeof each === "number" && Number.isNaN(each) ? "NaN" : each,
      ),
    );
    await write({ key: token.tokenId, value });
    expect(table.all()).toEqual([]);
    expect(events).toEqual([
      {
        type: "token.applied",
        key: token.tokenId,
        offset: 0,
        result: "refused",
        problems: expect.arrayContaining([problem]),
      },
    ]);
  });

  it("refuses bytes that are no record, and goes on with what comes behind", async () => {
    const { table, write, put, events } = tokensUnderTest();
    const { token } = someToken();
    await write({ key: "k", value: Buffer.from("poison") });
    await write({ key: null, value: Buffer.from("{}") });
    await put(token);
    expect(events.map((event) => event.type === "token.applied" && event.result)).toEqual([
      "refused",
      "refused",
      "applied",
    ]);
    expect(table.get(token.tokenId)).toEqual(token);
  });

  it("counts a token no longer whose newest event can't be used, as after the next compaction", async () => {
    const { table, put, write } = tokensUnderTest();
    const { token } = someToken();
    await put(token);
    await write({ key: token.tokenId, value: Buffer.from("poison") });
    expect(table.get(token.tokenId)).toBeUndefined();
  });

  it("waits for a registry that is away instead of refusing", async () => {
    const { put, table } = tokensUnderTest();
    const { token } = someToken();
    jsonCodec.away = true;
    await expect(put(token)).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    jsonCodec.away = false;
    expect(table.get(token.tokenId)).toBeUndefined();
  });
});
