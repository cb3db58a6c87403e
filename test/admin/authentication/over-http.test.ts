import { describe, expect, it, onTestFinished } from "vitest";
import { createAdminApi } from "../../../src/admin/api/admin-api.ts";
import { signInPath } from "../../../src/admin/authentication/oidc-sign-in.ts";
import type { Handlers } from "../../../src/admin/contract/handlers.ts";
import { createHealthServer } from "../../../src/admin/health-server.ts";
import { newTokenText } from "../../../src/access/token-text.ts";
import { accessUnderTest, sentBack } from "../../access/access-under-test.ts";
import { startOidcProvider } from "../../support/oidc-provider.ts";

/** The API's own server on loopback, as far as it is about who asks; what else there is, nobody asks for. */
async function started(env: Readonly<Record<string, string>> = {}) {
  const access = accessUnderTest({ ONHOOK_ADMIN_PUBLIC_URL: "", ...env }, { startsAt: Date.now() });
  const api = createAdminApi({
    requestsPerMinute: 1000,
    maxBodyBytes: 10_000,
    version: "0",
    emit: () => undefined,
  });
  const { authentication, publicRoutes } = access;
  api.open({ authentication, publicRoutes, handlers: access.handlers as Handlers });
  const server = createHealthServer({
    host: "127.0.0.1",
    port: 0,
    checks: { alive: () => [], ready: () => [] },
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    parts: [api.part],
  });
  const { port } = await server.start();
  onTestFinished(() => server.close());
  const origin = `http://127.0.0.1:${port}`;
  async function call(
    method: string,
    path: string,
    { body, headers = {} }: { body?: object; headers?: Readonly<Record<string, string>> } = {},
  ) {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === "" ? null : JSON.parse(text)) as Record<string, unknown> | null,
      cookie: sentBack(answer.headers.getSetCookie()),
    };
  }
  return { ...access, call, origin };
}

const api = "/api/v1";

describe("over HTTP", () => {
  it("an operator's token makes a link, and whoever follows it is signed in until they sign out", async () => {
    const { call, tokenOf, origin } = await started();
    const { text } = await tokenOf({ role: "operator", tenantId: null, scopes: ["tokens:write"] });
    const made = await call("POST", `${api}/sign-in-links`, {
      headers: { authorization: `Bearer ${text}` },
      body: { tenantId: "t1", name: "Ada" },
    });
    expect(made.status).toBe(201);
    const { url } = made.body as { url: string };
    expect(url.startsWith(`${origin}/en-GB/webhooks/sign-in#code=`)).toBe(true);
    const body = { code: new URL(url).hash.slice("#code=".length) };
    const own = { origin, "sec-fetch-site": "same-origin" };
    const signedIn = await call("POST", `${api}/session`, { body, headers: own });
    expect(signedIn).toMatchObject({ status: 200, body: { tenantId: "t1", name: "Ada" } });
    const headers = { ...own, cookie: signedIn.cookie };
    expect(await call("GET", `${api}/me`, { headers })).toMatchObject({
      status: 200,
      body: { role: "tenant-admin", credential: "session" },
    });
    const foreign = await call("GET", `${api}/tenants/t2/tokens`, { headers });
    expect(foreign).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    // A token that could be made here would outlive the link's maker.
    const outliving = { name: "kept", expiresInDays: null };
    const refused = { status: 403, body: { code: "FORBIDDEN" } };
    expect(
      await call("POST", `${api}/tenants/t1/tokens`, { headers, body: outliving }),
    ).toMatchObject(refused);
    expect(await call("DELETE", `${api}/tenants/t1/tokens/any`, { headers })).toMatchObject(
      refused,
    );
    expect((await call("DELETE", `${api}/session`, { headers })).status).toBe(204);
    expect(await call("GET", `${api}/me`, { headers })).toMatchObject({
      status: 401,
      body: { code: "UNAUTHENTICATED" },
    });
  });

  it("another site's page can do nothing with a session", async () => {
    const { call, tokenOf, table } = await started();
    const { text } = await tokenOf();
    const { cookie } = await call("POST", `${api}/session`, { body: { token: text } });
    const before = table.all().length;
    const evil = { cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const path = `${api}/tenants/t1/tokens`;
    expect(await call("POST", path, { headers: evil, body: { name: "x" } })).toMatchObject({
      status: 403,
      body: { code: "CROSS_SITE" },
    });
    expect(table.all()).toHaveLength(before);
    const own = await call("POST", path, { headers: { cookie }, body: { name: "x" } });
    expect(own).toMatchObject({ status: 201, body: { role: "tenant-admin", tenantId: "t1" } });
  });

  it("who tries tokens has to wait, and is told for how long", async () => {
    const { call } = await started({ ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "3" });
    const attempt = () =>
      call("GET", `${api}/me`, { headers: { authorization: `Bearer ${newTokenText().text}` } });
    const statuses = [];
    for (let tries = 0; tries < 4; tries += 1) statuses.push((await attempt()).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    const { headers, body } = await attempt();
    expect(body).toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("a token can't give away what it does not have, and is told which scope that is", async () => {
    const { call, tokenOf } = await started();
    const { text } = await tokenOf({ role: "operator", tenantId: null });
    const headers = { authorization: `Bearer ${text}` };
    const wanted = { name: "x", role: "tenant-admin", tenantId: "t1", scopes: ["values:reveal"] };
    expect(await call("POST", `${api}/tokens`, { headers, body: wanted })).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", detail: "That needs the scope values:reveal" },
    });
    const ofSupport = { name: "x", role: "support", scopes: ["calls:read", "triggers:write"] };
    expect(await call("POST", `${api}/tokens`, { headers, body: ofSupport })).toMatchObject({
      status: 400,
      body: { code: "TOKEN_SCOPE", problems: [{ path: "scopes[1]" }] },
    });
    const ofNobody = { name: "x", role: "tenant-admin" };
    expect(await call("POST", `${api}/tokens`, { headers, body: ofNobody })).toMatchObject({
      status: 400,
      body: { code: "TOKEN_TENANT", problems: [{ path: "tenantId" }] },
    });
  });

  it("a browser goes to the provider and comes back signed in", async () => {
    const provider = await startOidcProvider();
    onTestFinished(() => provider[Symbol.asyncDispose]());
    provider.person.claims = { sub: "ada", onhook_role: "operator" };
    const { call, origin } = await started({
      ONHOOK_ADMIN_OIDC_ISSUER: provider.issuer,
      ONHOOK_ADMIN_OIDC_CLIENT_ID: "portal",
    });
    const begun = await call("GET", `${signInPath}?return=/en-GB/webhooks/calls`);
    expect(begun.status).toBe(302);
    const { headers } = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
    const back = new URL(headers.get("location") ?? "");
    expect(back.origin).toBe(origin);
    const landed = await call("GET", `${back.pathname}${back.search}`, {
      headers: { cookie: begun.cookie },
    });
    expect(landed.headers.get("location")).toBe("/en-GB/webhooks/calls");
    expect(await call("GET", `${api}/me`, { headers: { cookie: landed.cookie } })).toMatchObject({
      status: 200,
      body: { id: "oidc:ada", role: "operator", credential: "session" },
    });
  });

  it("a provider that is away is a 503 that says so, not the caller's fault", async () => {
    const provider = await startOidcProvider();
    onTestFinished(() => provider[Symbol.asyncDispose]());
    provider.setAway(true);
    const { call } = await started({ ONHOOK_ADMIN_OIDC_ISSUER: provider.issuer });
    const headers = { authorization: `Bearer ${await provider.sign({ sub: "ada" })}` };
    expect(await call("GET", `${api}/me`, { headers })).toMatchObject({
      status: 503,
      body: { code: "OIDC_UNREACHABLE" },
    });
  });
});
