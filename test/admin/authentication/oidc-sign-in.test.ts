import { describe, expect, it, onTestFinished } from "vitest";
import { callbackPath, signInPath } from "../../../src/admin/authentication/oidc-sign-in.ts";
import { accessUnderTest, asked, publicUrl, sentBack } from "../../access/access-under-test.ts";
import { startOidcProvider } from "../../support/oidc-provider.ts";

const page = "/fr-FR/webhooks/5a0e3c9e-0000-4000-8000-000000000000";

async function started() {
  const provider = await startOidcProvider();
  onTestFinished(() => provider[Symbol.asyncDispose]());
  // Its tokens live by this machine's clock.
  const access = accessUnderTest(
    { ONHOOK_ADMIN_OIDC_ISSUER: provider.issuer, ONHOOK_ADMIN_OIDC_CLIENT_ID: "portal" },
    { startsAt: Date.now() },
  );
  function visit(url: string, cookie = "") {
    const [path] = url.split("?");
    const route = access.publicRoutes.find((each) => each.path === path);
    if (route === undefined) throw new Error(`no route ${path}`);
    return route.visit({ ...asked(cookie === "" ? {} : { cookie }), url });
  }
  /** To the provider, and to where it sends the browser back: path and query there. */
  async function toProvider(location: string): Promise<string> {
    const { headers } = await fetch(location, { redirect: "manual" });
    const back = new URL(headers.get("location") ?? "");
    expect(`${back.origin}${back.pathname}`).toBe(`${publicUrl}${callbackPath}`);
    return `${back.pathname}${back.search}`;
  }
  const begin = async (returnTo = page) => {
    const { location, cookies } = await visit(
      `${signInPath}?return=${encodeURIComponent(returnTo)}`,
    );
    return { location, cookie: sentBack(cookies) };
  };
  return { provider, access, visit, toProvider, begin };
}

const admin = { sub: "bob", onhook_role: "tenant-admin", onhook_tenant: "t1", name: "Bob" };

describe("signing in to the portal by OpenID Connect", () => {
  it("ends on the page that was asked for, signed in", async () => {
    const { provider, access, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const asksFor = new URL(location).searchParams;
    expect(Object.fromEntries(asksFor)).toMatchObject({
      response_type: "code",
      client_id: "portal",
      code_challenge_method: "S256",
      redirect_uri: `${publicUrl}${callbackPath}`,
    });
    const { location: landed, cookies } = await visit(await toProvider(location), cookie);
    expect(landed).toBe(page);
    const session = sentBack(cookies);
    expect(session).toMatch(/^__Host-onhook_session=/);
    expect(await access.authentication.authenticate(asked({ cookie: session }))).toMatchObject({
      id: "oidc:bob",
      name: "Bob",
      role: "tenant-admin",
      tenantId: "t1",
      credential: "session",
    });
  });

  it("is offered where it is set up", async () => {
    const { access } = await started();
    const { body } = await access.handlers.readSignInOptions(
      { params: undefined, query: undefined, body: undefined },
      {
        principal: null,
        asked: asked(),
        ifMatch: null,
        onlyNew: false,
        signal: new AbortController().signal,
      },
    );
    expect(body).toEqual({ oidc: true });
  });

  it("leads to the portal alone, whatever page was asked for", async () => {
    const { provider, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    for (const evil of [
      "https://evil.example/",
      "//evil.example/en-GB/webhooks",
      "/\\evil.example",
    ]) {
      const { location, cookie } = await begin(evil);
      expect(await visit(await toProvider(location), cookie)).toMatchObject({
        location: "/en-GB/webhooks",
      });
    }
  });

  it.each([
    ["without the cookie of whoever began", () => ""],
    ["with another's cookie", (other: string) => other],
  ])("signs nobody in %s", async (_, cookieOf) => {
    const { provider, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const [mine, other] = [await begin(), await begin()];
    const back = await toProvider(mine.location);
    const { location, cookies } = await visit(back, cookieOf(other.cookie));
    expect(location).toMatch(/^\/[a-zA-Z-]{5}\/webhooks\/sign-in\?error=UNAUTHENTICATED$/);
    expect(sentBack(cookies)).toBe("");
  });

  it("signs nobody in with another state than was begun with", async () => {
    const { provider, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const back = new URL(await toProvider(location), publicUrl);
    back.searchParams.set("state", "another");
    const { location: landed, cookies } = await visit(`${back.pathname}${back.search}`, cookie);
    expect(landed).toBe("/fr-FR/webhooks/sign-in?error=UNAUTHENTICATED");
    expect(sentBack(cookies)).toBe("");
  });

  it("signs nobody in a second time by the same code", async () => {
    const { provider, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const back = await toProvider(location);
    await visit(back, cookie);
    const again = await visit(back, cookie);
    expect(again.location).toBe("/fr-FR/webhooks/sign-in?error=UNAUTHENTICATED");
    expect(sentBack(again.cookies)).toBe("");
  });

  it("signs nobody in who took longer than ten minutes", async () => {
    const { provider, access, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const back = await toProvider(location);
    await access.clock.advance(10 * 60_000);
    expect((await visit(back, cookie)).location).toContain("error=UNAUTHENTICATED");
  });

  it("says that somebody without a role has none", async () => {
    const { provider, access, visit, toProvider, begin } = await started();
    provider.person.claims = { sub: "eve" };
    const { location, cookie } = await begin();
    const { location: landed, cookies } = await visit(await toProvider(location), cookie);
    expect(landed).toBe("/fr-FR/webhooks/sign-in?error=FORBIDDEN");
    expect(sentBack(cookies)).toBe("");
    expect(access.events).toContainEqual(expect.objectContaining({ reason: "claims" }));
  });

  it("says that the person was turned away by the provider", async () => {
    const { visit, begin } = await started();
    const { location, cookie } = await begin();
    const state = new URL(location).searchParams.get("state") ?? "";
    const back = `${callbackPath}?${new URLSearchParams({ error: "access_denied", state }).toString()}`;
    expect((await visit(back, cookie)).location).toBe(
      "/fr-FR/webhooks/sign-in?error=UNAUTHENTICATED",
    );
  });

  it("says that the provider can't be reached, before and after", async () => {
    const { provider, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const back = await toProvider(location);
    provider.setAway(true);
    expect((await visit(back, cookie)).location).toContain("error=OIDC_UNREACHABLE");
    const fresh = await started();
    fresh.provider.setAway(true);
    expect((await fresh.begin()).location).toContain("error=OIDC_UNREACHABLE");
  });

  it("sessions of it end where the provider is another, or none", async () => {
    const { provider, access, visit, toProvider, begin } = await started();
    provider.person.claims = admin;
    const { location, cookie } = await begin();
    const { cookies } = await visit(await toProvider(location), cookie);
    const request = asked({ cookie: sentBack(cookies) });
    expect(await access.authentication.authenticate(request)).not.toBeNull();
    const without = accessUnderTest({}, { startsAt: Date.now() });
    expect(await without.authentication.authenticate(request)).toBeNull();
  });
});
