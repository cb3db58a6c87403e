import { describe, expect, test } from "vitest";
import { codeIn, wayBack } from "../../../src/portal/pages/sign-in/way-back.ts";

const origin = "https://portal.example";
const home = "/en-GB/webhooks";

describe("the way back after signing in", () => {
  test.each([
    "/en-GB/webhooks",
    "/fr-FR/webhooks/calls?x=1",
    "/en-GB/webhooks/7c9e6679-7425-40de-944b-e07fc1f90ae7?tab=test",
  ])("leads to %s, a page of the portal", (path) => {
    expect(wayBack(path, origin, home)).toBe(path);
  });

  test.each([
    null,
    "",
    "https://evil.example/en-GB/webhooks",
    "//evil.example/en-GB/webhooks",
    "/\\evil.example/en-GB/webhooks",
    "/\t/evil.example/en-GB/webhooks",
    "javascript:alert(1)",
    "/api/v1/session",
    "/en-GB/webhooks/../../api/v1/me",
    "/en-GB/webhooksx",
    "/en-GB/webhooks/sign-in",
    "en-GB/webhooks",
  ])("leads home instead of to %j", (path) => {
    expect(wayBack(path, origin, home)).toBe(home);
  });
});

test("the code of a sign-in link stands behind the #", () => {
  expect(codeIn("#code=a%2Bb")).toBe("a+b");
  expect(codeIn("#main")).toBeNull();
  expect(codeIn("")).toBeNull();
});
