import { createHash } from "node:crypto";
import { brotliDecompressSync } from "node:zlib";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { beforeAll, describe, expect, it } from "vitest";
import { preferredLocale } from "../../../src/admin/portal/portal-locale.ts";
import { registerPortal } from "../../../src/admin/portal/register-portal.ts";

let server: FastifyInstance;
beforeAll(() => {
  server = fastify();
  registerPortal(server);
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.inject({ method: "GET", url, headers });

async function pageText(): Promise<string> {
  return (await get("/en-GB/webhooks")).body;
}

describe("the portal's page", () => {
  it.each([
    "/en-GB/webhooks",
    "/en-GB/webhooks/",
    "/en-GB/webhooks/7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "/fr-FR/webhooks/calls/x%2Fy?reveal=true",
  ])("is served under %s, and kept nowhere", async (url) => {
    const { statusCode, headers, body } = await get(url);
    expect(statusCode).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body).toContain(`<html lang="${url.slice(1, 6)}">`);
  });

  it("lets the browser run its own files and its import map, and nothing else", async () => {
    const { headers, body } = await get("/en-GB/webhooks");
    const map = /<script type="importmap">(.*?)<\/script>/.exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(map).digest("base64");
    const policy = String(headers["content-security-policy"]);
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src 'self' 'sha256-${hash}'`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "x-frame-options": "DENY",
    });
  });

  it("names no address but its own", async () => {
    const body = await pageText();
    const addresses = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(addresses.length).toBeGreaterThan(20);
    expect(addresses.filter((address) => !address.startsWith("/portal/"))).toEqual([]);
  });

  it("leads to the languages there are where it is asked for in another one", async () => {
    const { statusCode, body } = await get("/de-DE/webhooks");
    expect(statusCode).toBe(404);
    expect(body).toContain("/en-GB/webhooks\n/fr-FR/webhooks");
  });

  it.each([
    ["/", "fr-CA,fr;q=0.9,en;q=0.5", "/fr-FR/webhooks"],
    ["/webhooks", "de,en-US;q=0.7", "/en-GB/webhooks"],
    ["/webhooks", "ja", "/en-GB/webhooks"],
  ])("is found from %s by the language of '%s'", async (url, accepted, location) => {
    const { statusCode, headers } = await get(url, { "accept-language": accepted });
    expect({ statusCode, location: headers.location }).toEqual({ statusCode: 302, location });
  });
});

describe("the portal's files", () => {
  it("are all there that the page names, for ever, and packed where the browser takes that", async () => {
    const body = await pageText();
    const addresses = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? "");
    for (const url of new Set(addresses)) {
      const { statusCode, headers, rawPayload } = await get(url, { "accept-encoding": "gzip, br" });
      expect({ url, statusCode }).toEqual({ url, statusCode: 200 });
      expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      const plain = await get(url);
      const isPacked = headers["content-encoding"] === "br";
      expect(isPacked ? brotliDecompressSync(rawPayload) : rawPayload).toEqual(plain.rawPayload);
    }
  });

  it("are JavaScript where they were TypeScript", async () => {
    const root = /\/portal\/[\w-]+/.exec(await pageText())?.[0] ?? "";
    const { headers, body } = await get(`${root}/main.ts`);
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(body).not.toMatch(/import type|interface /);
  });

  it.each(["/portal/x/main.ts", "/portal/../package.json", "/portal/x/../../src/main.ts"])(
    "are none but those: %s",
    async (url) => {
      expect((await get(url)).statusCode).toBe(404);
    },
  );
});

describe("the preferred language", () => {
  it.each([
    ["fr-FR;q=0.2, en-GB;q=0.8", "en-GB"],
    ["fr;q=0", "en-GB"],
    ["", "en-GB"],
    ["*", "en-GB"],
    [";;;,=,q=1", "en-GB"],
  ])("of '%s' is %s", (accepted, locale) => {
    expect(preferredLocale(accepted, ["en-GB", "fr-FR"])).toBe(locale);
  });
});
