import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiAnswer, Asked } from "../support/api-client.ts";
import { newTenantId } from "../support/e2e-samples.ts";
import { closeBrowser, signInBy, signInLink, visitPortal } from "../support/portal-visit.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
const triggers = `/tenants/${tenantId}/triggers`;
const trigger = { name: "a", action: { url: "https://crm.example.com/" } };
let stage: AdminStage;
let operator: string;
let token: string;
let cookie: string;

beforeAll(async () => {
  stage = await startAdminStage(stack, "browser", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_SESSION_KEY: "of a test, and as long as it has to be",
  });
  operator = await stage.token({ role: "operator" });
  token = await stage.token({ role: "tenant-admin", tenantId });
  const signedIn = await stage.api().ask("POST", "/session", { body: { token } });
  [cookie = ""] = String(signedIn.headers["set-cookie"]?.[0]).split(";", 1);
});
afterAll(async () => {
  await closeBrowser();
  await stage?.[Symbol.asyncDispose]();
});

const withCookie = (method: string, path: string, asked: Asked = {}): Promise<ApiAnswer> =>
  stage.api().ask(method, path, { ...asked, headers: { cookie, ...asked.headers } });

const count = async (): Promise<number> => {
  const { json } = await stage.api(operator).ask("GET", `${triggers}?limit=200`);
  return (json() as { readonly items: readonly unknown[] }).items.length;
};

describe("a request that another site makes a browser send", () => {
  const others: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["another site's origin", { origin: "https://evil.example" }],
    ["an origin that looks like ours", { origin: "http://127.0.0.1.evil.example" }],
    ["our origin at another port", { origin: "http://127.0.0.1:1" }],
    ["no origin at all", { origin: "null" }],
    ["what browsers say of other sites", { "sec-fetch-site": "cross-site" }],
    ["what browsers say of neighbours", { "sec-fetch-site": "same-site" }],
  ];

  it.each(others)("changes nothing: with %s", async (_, headers) => {
    const before = await count();
    const answer = await withCookie("POST", triggers, { body: trigger, headers });
    expect({ status: answer.status, code: (answer.json() as { code: string }).code }).toEqual({
      status: 403,
      code: "CROSS_SITE",
    });
    expect((await withCookie("DELETE", "/session", { headers })).status).toBe(403);
    expect(await count()).toBe(before);
  });

  it.each(others)("signs nobody in as somebody else: with %s", async (_, headers) => {
    const answer = await stage.api().ask("POST", "/session", { body: { token }, headers });
    expect(answer.status).toBe(403);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("is no JSON where the browser would not have asked first", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const body = JSON.stringify(trigger);
      const answer = await withCookie("POST", triggers, {
        body,
        headers: { "content-type": type },
      });
      expect({ type, status: answer.status }).toEqual({ type, status: 415 });
    }
  });

  it("can be read by no other origin, nor asked for", async () => {
    const origin = "https://evil.example";
    const read = await withCookie("GET", "/me", { headers: { origin } });
    const asked = await withCookie("OPTIONS", triggers, {
      headers: { origin, "access-control-request-method": "POST" },
    });
    for (const { headers } of [read, asked])
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("is made by our own page as ever", async () => {
    const headers = { origin: stage.url, "sec-fetch-site": "same-origin" };
    const answer = await withCookie("POST", triggers, { body: trigger, headers });
    expect(answer.status).toBe(201);
  });

  it("goes out of a real browser, and comes to nothing", async () => {
    const site = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<form id=f method=post enctype=text/plain action="${stage.url}/api/v1${triggers}">
        <input name='{"name":"forged","x":"' value='"}'></form><h1>evil</h1>`);
    });
    site.listen(0, "127.0.0.2");
    await once(site, "listening");
    await using visit = await visitPortal(stage);
    try {
      await signInBy(visit, await signInLink(stage, operator, tenantId));
      const before = await count();
      const { port } = site.address() as AddressInfo;
      await visit.page.goto(`http://127.0.0.2:${port}/`);
      const answered = visit.page.waitForResponse((response) => response.url().endsWith(triggers));
      await visit.page.evaluate("document.getElementById('f').submit()");
      expect((await answered).status()).toBeOneOf([401, 403, 415]);
      const read = await visit.page
        .evaluate(
          `fetch("${stage.url}/api/v1/me", { credentials: "include" }).then(r => r.text(), String)`,
        )
        .catch(String);
      expect(String(read)).not.toContain(tenantId);
      expect(await count()).toBe(before);
    } finally {
      site.close();
      site.closeAllConnections();
    }
  });
});

describe("a cookie that is not as we made it", () => {
  const signedIn = async (value: string): Promise<number> =>
    (await stage.api().ask("GET", "/me", { headers: { cookie: value } })).status;

  it("signs nobody in, whatever is changed in it", async () => {
    expect(await signedIn(cookie)).toBe(200);
    const [name = "", value = ""] = cookie.split("=", 2);
    const changed = [value.length - 3, value.length - 30, Math.floor(value.length / 2), 3].map(
      (at) => value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1),
    );
    const parts = value.split(".");
    const made = [
      ...changed,
      value.slice(0, -5),
      `${value}a`,
      parts.toReversed().join("."),
      Buffer.from(JSON.stringify({ owner: { by: "token", tokenId: "a" } })).toString("base64url"),
      "",
      "null",
    ];
    for (const each of made)
      expect({ each, status: await signedIn(`${name}=${each}`) }).toEqual({ each, status: 401 });
  });

  it("is no link, and a link is no cookie", async () => {
    const [name = "", value = ""] = cookie.split("=", 2);
    const link = await signInLink(stage, operator, tenantId);
    const code = new URL(link).hash.replace("#code=", "");
    expect(await signedIn(`${name}=${code}`)).toBe(401);
    const asked = { body: { code: value } };
    expect((await stage.api().ask("POST", "/session", asked)).status).toBe(401);
  });

  it("can't be read by scripts, and is for this host alone", async () => {
    const { headers } = await stage.api().ask("POST", "/session", { body: { token } });
    const [set = ""] = headers["set-cookie"] ?? [];
    expect(set).toMatch(/; HttpOnly/i);
    expect(set).toMatch(/; SameSite=Lax/i);
    expect(set).toMatch(/; Path=\//i);
    expect(set).not.toMatch(/Domain=/i);
  });

  it("ends when it is signed out of, for whoever has copied it too", async () => {
    const answer = await stage.api().ask("POST", "/session", { body: { token } });
    const [copied = ""] = String(answer.headers["set-cookie"]?.[0]).split(";", 1);
    expect(await signedIn(copied)).toBe(200);
    await stage.api().ask("DELETE", "/session", { headers: { cookie: copied } });
    expect(await signedIn(copied)).toBe(401);
  });
});

describe("a sign-in link", () => {
  it("signs in once, and its code does not stay in the address", async () => {
    const link = await signInLink(stage, operator, tenantId);
    await using first = await visitPortal(stage);
    await signInBy(first, link);
    expect(first.page.url()).not.toContain("code");
    await using second = await visitPortal(stage);
    await second.page.goto(link);
    await second.page.getByText("This link was refused").waitFor();
    expect(second.page.url()).not.toContain("code=");
  });

  it.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/%5cevil.example",
    "javascript:alert(1)",
    "/en-GB/webhooks@evil.example",
    "/en-GB/webhooks/../../../api/v1/me",
    "http:evil.example",
  ])("leads nowhere but to the portal, whatever the address asks for: %s", async (to) => {
    const link = new URL(await signInLink(stage, operator, tenantId));
    link.searchParams.set("return", to);
    await using visit = await visitPortal(stage);
    await visit.page.goto(link.href);
    await visit.page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
    await visit.settled();
    const { origin, pathname } = new URL(visit.page.url());
    expect({ origin, portal: pathname.startsWith("/en-GB/webhooks") }).toEqual({
      origin: stage.url,
      portal: true,
    });
    expect(visit.complaints).toEqual([]);
  });
});
