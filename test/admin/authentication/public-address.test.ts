import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  localeOf,
  portalPage,
  publicAddress,
} from "../../../src/admin/authentication/public-address.ts";

describe("a page that a browser is led to", () => {
  it.each([
    ["/en-GB/webhooks", "/en-GB/webhooks"],
    ["/fr-FR/webhooks/5a0e3c9e?tab=history", "/fr-FR/webhooks/5a0e3c9e?tab=history"],
  ])("is a page of the portal: %s", (asked, page) => {
    expect(portalPage(asked)).toBe(page);
  });

  it.each([
    [null],
    [""],
    ["/"],
    ["/healthz"],
    ["//evil.example/en-GB/webhooks"],
    ["/\\evil.example/en-GB/webhooks"],
    ["https://evil.example/en-GB/webhooks"],
    ["/en-GB/webhooks/../../healthz"],
    ["/en-GB/webhooks\\..\\..\\/evil.example"],
    ["/en-GB/webhooksX"],
    ["javascript:alert(1)"],
    ["/en-GB/webhooks/\r\nset-cookie: a=b"],
    [`/en-GB/webhooks/${"x".repeat(3000)}`],
  ])("is none that %j would be", (asked) => {
    const page = portalPage(asked) ?? "/en-GB/webhooks";
    const landed = new URL(page, "https://own.example");
    expect(landed.origin).toBe("https://own.example");
    expect(landed.pathname).toMatch(/^\/en-GB\/webhooks(?:\/|$)/);
    expect(page).toMatch(/^[\x21-\x5b\x5d-\x7e]+$/);
  });

  it("is never one of another host, whatever is asked for", () => {
    const part = fc.constantFrom(
      "/",
      "\\",
      "..",
      "en-GB",
      "webhooks",
      "@",
      ":",
      "evil.com",
      "%2f",
      "?",
      "#",
      "\t",
      " ",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 12 }),
        (parts) => {
          for (const asked of [parts.join(""), `/en-GB/webhooks${parts.join("")}`]) {
            const page = portalPage(asked) ?? "/en-GB/webhooks";
            const { origin, pathname } = new URL(page, "https://own.example");
            expect(origin).toBe("https://own.example");
            expect(pathname).toMatch(/^\/[a-z]{2}-[A-Z]{2}\/webhooks(?:\/|$)/);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("has a language", () => {
    expect(localeOf("/fr-FR/webhooks/x")).toBe("fr-FR");
    expect(localeOf("nonsense")).toBe("en-GB");
  });
});

describe("where people reach the portal", () => {
  const http = { host: "0.0.0.0", port: 8080 };

  it("is what is set, whatever a request says", () => {
    const publicUrl = "https://hooks.example.com/";
    expect(publicAddress({ publicUrl, http }, { host: "evil.example" })).toBe(
      "https://hooks.example.com",
    );
  });

  it("is this machine as a request names it, where nothing is set; no other host", () => {
    const of = (host?: string) =>
      publicAddress({ publicUrl: null, http }, host === undefined ? {} : { host });
    expect(of("localhost:18080")).toBe("http://localhost:18080");
    expect(of("[::1]:9")).toBe("http://[::1]:9");
    expect(of("evil.example")).toBe("http://localhost:8080");
    expect(of("localhost.evil.example")).toBe("http://localhost:8080");
    expect(of()).toBe("http://localhost:8080");
  });
});
