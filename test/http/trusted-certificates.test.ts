import { expect, test } from "vitest";
import { trustedBy } from "../../src/http/trusted-certificates.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";

const { cert, key } = selfSignedCertificate("crm.test");
const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

test("a bundle may hold several certificates, and remarks between them", () => {
  expect(trustedBy(`the first\n${cert}\nthe second\n${cert}`)).toBeDefined();
});

test.each([
  ["nothing", "", "it holds no PEM certificate"],
  ["a path", "/etc/ssl/ca.pem", "it holds no PEM certificate"],
  ["a key", key, "it holds no PEM certificate"],
  ["a broken second certificate", cert + broken, "its certificate number 2 can not be read"],
])("a bundle of %s is refused, where Node would pass over it in silence", (_, bundle, problem) => {
  expect(() => trustedBy(bundle)).toThrow(
    expect.objectContaining({ code: "CA_BUNDLE_INVALID", details: { problem } }),
  );
});
