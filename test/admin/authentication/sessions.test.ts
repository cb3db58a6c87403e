import { describe, expect, it } from "vitest";
import { scopesOfRole } from "../../../src/access/principal.ts";
import {
  accessUnderTest,
  asked,
  contextOf,
  nothing,
  publicUrl,
  sentBack,
} from "../../access/access-under-test.ts";

type Access = ReturnType<typeof accessUnderTest>;

const nobody = contextOf(null);

async function signedIn({ handlers }: Pick<Access, "handlers">, token: string) {
  const { cookies, body } = await handlers.signIn({ ...nothing, body: { token } }, nobody);
  return { cookies: cookies ?? [], cookie: sentBack(cookies), me: body };
}

const linkOf = {
  tenantId: "t1",
  name: "Ada of Contoso",
  locale: "en-GB" as const,
  validSeconds: 300,
};

async function linkMade({ handlers, operator }: Access) {
  const context = contextOf(await operator());
  const { body } = await handlers.createSignInLink({ ...nothing, body: linkOf }, context);
  return { ...body, code: new URL(body.url).hash.slice("#code=".length) };
}

describe("signing in by a token", () => {
  it("sets a cookie that scripts can't read and that is never sent in the clear, nor to another host", async () => {
    const access = accessUnderTest();
    const { text, token } = await access.tokenOf();
    const { cookies, me } = await signedIn(access, text);
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatch(/^__Host-onhook_session=/);
    expect(cookies[0]?.split("; ").slice(1).toSorted()).toEqual([
      "HttpOnly",
      `Max-Age=${8 * 3600}`,
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
    expect(me).toMatchObject({ id: `token:${token.tokenId}`, credential: "session" });
    // Neither the token nor whose it is can be read in it.
    expect(cookies[0]).not.toContain(token.tokenId);
  });

  it("does without https where that is how people come", async () => {
    const access = accessUnderTest({ ONHOOK_ADMIN_PUBLIC_URL: "http://localhost:8080" });
    const { cookies } = await signedIn(access, (await access.tokenOf()).text);
    expect(cookies[0]).toMatch(/^onhook_session=/);
    expect(cookies[0]).not.toContain("Secure");
  });

  it("lasts as long as is set, in every process with the same key", async () => {
    const access = accessUnderTest({ ONHOOK_ADMIN_SESSION_HOURS: "2" });
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    const { authentication } = access.another();
    await access.clock.advance(2 * 3_600_000 - 1000);
    expect(await authentication.authenticate(asked({ cookie }))).toMatchObject({ tenantId: "t1" });
    await access.clock.advance(1000);
    expect(await authentication.authenticate(asked({ cookie }))).toBeNull();
  });

  it("ends when the token expires, or is revoked", async () => {
    const access = accessUnderTest();
    const { authentication, clock, write } = access;
    const short = await access.tokenOf({ expiresAt: clock.now() + 60_000 });
    const revoked = await access.tokenOf();
    const ofShort = await signedIn(access, short.text);
    const ofRevoked = await signedIn(access, revoked.text);
    expect(ofShort.cookies[0]).toContain("Max-Age=60;");
    await write({ key: revoked.token.tokenId, value: null });
    expect(await authentication.authenticate(asked({ cookie: ofRevoked.cookie }))).toBeNull();
    expect(await authentication.authenticate(asked({ cookie: ofShort.cookie }))).not.toBeNull();
    await clock.advance(60_000);
    expect(await authentication.authenticate(asked({ cookie: ofShort.cookie }))).toBeNull();
  });

  it("does what the token may do now, not what it might when it began", async () => {
    const access = accessUnderTest();
    const { text, token } = await access.tokenOf();
    const { cookie } = await signedIn(access, text);
    await access.put({ ...token, scopes: ["calls:read"] });
    const principal = await access.authentication.authenticate(asked({ cookie }));
    expect([...(principal?.scopes ?? [])]).toEqual(["calls:read"]);
  });

  it("is over for whoever has copied the cookie, once somebody signs out", async () => {
    const access = accessUnderTest();
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    const context = contextOf(null, asked({ cookie }, "DELETE"));
    const { cookies } = await access.handlers.signOut(nothing, context);
    expect(cookies?.[0]).toMatch(/^__Host-onhook_session=;.*Max-Age=0/);
    expect(await access.authentication.authenticate(asked({ cookie }))).toBeNull();
  });

  it("counts in no process with another key", async () => {
    const access = accessUnderTest();
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    const other = accessUnderTest({ ONHOOK_ADMIN_SESSION_KEY: "x".repeat(32) });
    expect(await other.authentication.authenticate(asked({ cookie }))).toBeNull();
  });

  it("a stale cookie keeps nobody from signing in, nor is it counted as a try", async () => {
    const access = accessUnderTest({ ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1" });
    const { bearer } = await access.tokenOf();
    const cookie = "__Host-onhook_session=stale";
    for (let tries = 0; tries < 5; tries += 1)
      expect(await access.authentication.authenticate(asked({ cookie }))).toBeNull();
    expect(await access.authentication.authenticate(bearer)).not.toBeNull();
  });
});

describe("the key of sessions", () => {
  it("is new in each process where none is set, which is told", async () => {
    const access = accessUnderTest({ ONHOOK_ADMIN_SESSION_KEY: "" });
    expect(access.events).toContainEqual({ type: "access.sessions-end-here" });
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    expect(await access.authentication.authenticate(asked({ cookie }))).not.toBeNull();
    expect(await access.another().authentication.authenticate(asked({ cookie }))).toBeNull();
  });
});

describe("a sign-in link", () => {
  it("leads to the portal with its code where no server logs it", async () => {
    const access = accessUnderTest();
    const { url, expiresAt, code } = await linkMade(access);
    expect(url).toBe(`${publicUrl}/en-GB/webhooks/sign-in#code=${code}`);
    expect(Date.parse(expiresAt)).toBe(access.clock.now() + 300_000);
    expect(access.changes).toMatchObject([
      { action: "sign-in-link.created", tenantId: "t1", by: { role: "operator" } },
    ]);
  });

  it("signs an administrator of its tenant in, once", async () => {
    const access = accessUnderTest();
    const { code } = await linkMade(access);
    const body = { code };
    const { cookies } = await access.handlers.signIn({ ...nothing, body }, nobody);
    const cookie = sentBack(cookies);
    expect(await access.authentication.authenticate(asked({ cookie }))).toEqual({
      id: expect.stringMatching(/^link:[\da-f-]{36}$/),
      name: "Ada of Contoso",
      role: "tenant-admin",
      tenantId: "t1",
      scopes: new Set(scopesOfRole["tenant-admin"].filter((scope) => scope !== "tokens:write")),
      credential: "session",
    });
    await expect(access.handlers.signIn({ ...nothing, body }, nobody)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect(access.events).toContainEqual(
      expect.objectContaining({ type: "access.refused", reason: "link-used" }),
    );
  });

  it("counts for no longer than it says", async () => {
    const access = accessUnderTest();
    const { code } = await linkMade(access);
    await access.clock.advance(300_000);
    await expect(
      access.handlers.signIn({ ...nothing, body: { code } }, nobody),
    ).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("is no session, and a session is no link", async () => {
    const access = accessUnderTest();
    const { code } = await linkMade(access);
    const cookie = `__Host-onhook_session=${code}`;
    expect(await access.authentication.authenticate(asked({ cookie }))).toBeNull();
    const session = await signedIn(access, (await access.tokenOf()).text);
    const [, value = ""] = session.cookie.split("=");
    await expect(
      access.handlers.signIn({ ...nothing, body: { code: value } }, nobody),
    ).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("counts for nothing once its maker's token is revoked, nor do the sessions it began", async () => {
    const access = accessUnderTest();
    const [used, unused] = [await linkMade(access), await linkMade(access)];
    const { cookies } = await access.handlers.signIn(
      { ...nothing, body: { code: used.code } },
      nobody,
    );
    for (const { tokenId } of access.table.all()) await access.write({ key: tokenId, value: null });
    expect(
      await access.authentication.authenticate(asked({ cookie: sentBack(cookies) })),
    ).toBeNull();
    await expect(
      access.handlers.signIn({ ...nothing, body: { code: unused.code } }, nobody),
    ).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("of another tenant can't be made by who is bound to one", async () => {
    const access = accessUnderTest();
    const bound = contextOf(await access.principalOf({ role: "operator", tenantId: "t2" }));
    await expect(
      access.handlers.createSignInLink({ ...nothing, body: linkOf }, bound),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(access.changes).toEqual([]);
  });
});

describe("a request that another site makes a browser send", () => {
  const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };

  it.each([
    ["by its mark", { "sec-fetch-site": "cross-site" }, "POST"],
    ["from a neighbour of the host", { "sec-fetch-site": "same-site" }, "DELETE"],
    ["by its origin", { origin: "https://evil.example" }, "PUT"],
    ["from a page without an origin", { origin: "null" }, "PATCH"],
    ["with an origin that only begins alike", { origin: `${publicUrl}.evil.example` }, "POST"],
  ])("is refused %s where a session makes it", async (_, headers, method) => {
    const access = accessUnderTest();
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    const request = asked({ ...headers, cookie }, method);
    await expect(access.authentication.authenticate(request)).rejects.toMatchObject({
      code: "CROSS_SITE",
    });
  });

  it.each([
    ["the portal's own", { origin: publicUrl, "sec-fetch-site": "same-origin" }, "POST"],
    ["one by its host behind a proxy", { origin: "https://hooks.example.com" }, "DELETE"],
    ["one that a person typed", { "sec-fetch-site": "none" }, "POST"],
    ["one that only reads", evil, "GET"],
    ["one of a program", {}, "POST"],
  ])("is not %s", async (_, headers, method) => {
    const access = accessUnderTest();
    const { cookie } = await signedIn(access, (await access.tokenOf()).text);
    const request = asked({ ...headers, cookie }, method);
    expect(await access.authentication.authenticate(request)).not.toBeNull();
  });

  it("is none of a token's: no page can have it sent", async () => {
    const access = accessUnderTest();
    const { bearer } = await access.tokenOf();
    const request = { ...bearer, method: "POST", headers: { ...bearer.headers, ...evil } };
    expect(await access.authentication.authenticate(request)).not.toBeNull();
  });

  it("can sign nobody in or out", async () => {
    const access = accessUnderTest();
    const { text } = await access.tokenOf();
    const context = contextOf(null, asked(evil, "POST"));
    const crossSite = { code: "CROSS_SITE" };
    await expect(
      access.handlers.signIn({ ...nothing, body: { token: text } }, context),
    ).rejects.toMatchObject(crossSite);
    await expect(access.handlers.signOut(nothing, context)).rejects.toMatchObject(crossSite);
  });
});
