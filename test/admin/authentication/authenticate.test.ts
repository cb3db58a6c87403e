import { describe, expect, it } from "vitest";
import { scopesOfRole } from "../../../src/access/principal.ts";
import { newTokenText } from "../../../src/access/token-text.ts";
import {
  accessUnderTest,
  asked,
  contextOf,
  nothing,
  sentBack,
} from "../../access/access-under-test.ts";
import { someToken } from "../../access/some-tokens.ts";

const refused = { code: "UNAUTHENTICATED" };

describe("a token", () => {
  it("says who asks, of which tenant, and what they may do", async () => {
    const { authentication, tokenOf } = accessUnderTest();
    const { bearer, token } = await tokenOf({ name: "CRM" });
    expect(await authentication.authenticate(bearer)).toEqual({
      id: `token:${token.tokenId}`,
      name: "CRM",
      role: "tenant-admin",
      tenantId: "t1",
      scopes: new Set(scopesOfRole["tenant-admin"]),
      credential: "token",
    });
  });

  it("may do no more than its scopes, and of these no more than its role has", async () => {
    const { principalOf } = accessUnderTest();
    const { scopes } = await principalOf({
      role: "support",
      tenantId: null,
      scopes: ["calls:read", "triggers:write"],
    });
    expect([...scopes]).toEqual(["calls:read"]);
  });

  it("counts until it expires, and no moment longer", async () => {
    const { authentication, tokenOf, clock } = accessUnderTest();
    const { bearer } = await tokenOf({ expiresAt: clock.now() + 1000 });
    await clock.advance(999);
    expect(await authentication.authenticate(bearer)).toMatchObject({ tenantId: "t1" });
    await clock.advance(1);
    await expect(authentication.authenticate(bearer)).rejects.toMatchObject(refused);
  });

  it("counts no longer once it is revoked", async () => {
    const { authentication, tokenOf, write } = accessUnderTest();
    const { bearer, token } = await tokenOf();
    await write({ key: token.tokenId, value: null });
    await expect(authentication.authenticate(bearer)).rejects.toMatchObject(refused);
  });

  it("is refused in the same words whatever is wrong with it, and the reason is told to the operator alone", async () => {
    const { authentication, tokenOf, events, clock } = accessUnderTest();
    const { text } = await tokenOf();
    const expired = await tokenOf({ expiresAt: clock.now() - 1 });
    const wrong = [
      `Bearer ${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}`,
      `Bearer ${newTokenText().text}`,
      `Bearer ${expired.text}`,
      `Bearer onhk_x`,
      `Basic ${Buffer.from(`a:${text}`).toString("base64")}`,
      "Bearer",
      "Bearer eyJhbGciOiJub25lIn0.e30.",
    ];
    const messages = await Promise.all(
      wrong.map(async (authorization) => {
        const error: unknown = await authentication
          .authenticate(asked({ authorization }))
          .catch((error: unknown) => error);
        expect(error).toMatchObject(refused);
        return String(error);
      }),
    );
    expect(new Set(messages).size).toBe(1);
    const reasons = events.map((event) => event.type === "access.refused" && event.reason);
    expect(reasons).toEqual([
      "token-unknown",
      "token-unknown",
      "token-expired",
      "unreadable",
      "unreadable",
      "unreadable",
      "unreadable",
    ]);
  });

  it("is not judged before the table is read to its end", async () => {
    const { authentication, tokenOf } = accessUnderTest({}, { isRead: false });
    const { text } = someToken();
    const bearer = asked({ authorization: `Bearer ${text}` });
    await expect(authentication.authenticate(bearer)).rejects.toMatchObject({
      code: "ADMIN_NOT_READY",
    });
    const known = await tokenOf();
    expect(await authentication.authenticate(known.bearer)).toMatchObject({ tenantId: "t1" });
  });
});

describe("a request without a credential", () => {
  it("is nobody's", async () => {
    const { authentication } = accessUnderTest();
    expect(await authentication.authenticate(asked())).toBeNull();
  });

  it("may ask how one signs in, and not who it is", async () => {
    const { handlers } = accessUnderTest();
    const nobody = contextOf(null);
    expect(await handlers.readSignInOptions(nothing, nobody)).toEqual({ body: { oidc: false } });
    await expect(handlers.readMe(nothing, nobody)).rejects.toMatchObject(refused);
  });
});

describe("clients that try credentials", () => {
  const limit = { ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "3" };
  const wrongly = () => asked({ authorization: `Bearer ${newTokenText().text}` });

  it("wait after so many that were refused, even with one that counts; nobody else does", async () => {
    const { authentication, tokenOf, events } = accessUnderTest(limit);
    const { bearer } = await tokenOf();
    for (let tries = 0; tries < 3; tries += 1)
      await expect(authentication.authenticate(wrongly())).rejects.toMatchObject(refused);
    await expect(authentication.authenticate(bearer)).rejects.toMatchObject({
      code: "TOO_MANY_ATTEMPTS",
      details: { retryAfterSeconds: 60 },
    });
    const elsewhere = { ...bearer, address: "203.0.113.8" };
    expect(await authentication.authenticate(elsewhere)).toMatchObject({ tenantId: "t1" });
    expect(events.map((event) => event.type === "access.refused" && event.locked)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("are counted at the page of signing in, too, by token and by link", async () => {
    const { handlers } = accessUnderTest(limit);
    const nobody = contextOf(null);
    const tries = [{ token: newTokenText().text }, { code: "x.y.z" }, { token: "?" }];
    for (const body of tries)
      await expect(handlers.signIn({ ...nothing, body }, nobody)).rejects.toMatchObject(refused);
    await expect(
      handlers.signIn({ ...nothing, body: { code: "x.y.z" } }, nobody),
    ).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  });

  it("do not keep those out who are signed in at the same address", async () => {
    const { authentication, handlers, tokenOf } = accessUnderTest(limit);
    const { text } = await tokenOf();
    const { cookies } = await handlers.signIn(
      { ...nothing, body: { token: text } },
      contextOf(null),
    );
    for (let tries = 0; tries < 5; tries += 1)
      await authentication.authenticate(wrongly()).catch(() => undefined);
    expect(await authentication.authenticate(asked({ cookie: sentBack(cookies) }))).toMatchObject({
      credential: "session",
    });
  });
});
