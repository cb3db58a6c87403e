import { describe, expect, test } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { causeOf, codeOf, failureMessage } from "../../src/http/failure-reason.ts";

test.each([
  ["ECONNREFUSED", "connection"],
  ["ECONNRESET", "connection"],
  ["EPIPE", "connection"],
  ["EHOSTUNREACH", "connection"],
  ["ENETUNREACH", "connection"],
  ["EMFILE", "connection"],
  ["UND_ERR_SOCKET", "connection"],
  ["UND_ERR_HEADERS_OVERFLOW", "connection"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "connection"],
  ["HPE_INVALID_CONSTANT", "connection"],
  ["SOMETHING_NEW", "connection"],
  ["ETIMEDOUT", "timeout"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["CERT_NOT_YET_VALID", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls"],
  ["ERROR_IN_CERT_NOT_AFTER_FIELD", "tls"],
  ["HOSTNAME_MISMATCH", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "tls"],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "tls"],
  ["EPROTO", "tls"],
] as const)("an error with the code %s is of the kind %s", (code, reason) => {
  expect(causeOf(Object.assign(new Error("x"), { code }))).toEqual({ reason, code });
});

test("an error without a code is a failed connection", () => {
  expect(causeOf(new Error("ETIMEDOUT"))).toEqual({ reason: "connection", code: undefined });
});

test("a failed look-up is told by the resolver's code", () => {
  const cause = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  const error = new OnhookError("HOST_UNRESOLVED", {}, { cause });
  expect(causeOf(error)).toEqual({ reason: "dns", code: "ECONNREFUSED" });
});

test("a refused address has no code beside its reason", () => {
  const reason = "blocked-address";
  expect(causeOf(new OnhookError("ADDRESS_REFUSED"))).toEqual({ reason, code: undefined });
});

describe("codeOf", () => {
  test("gives the code of an error", () => {
    expect(codeOf(Object.assign(new Error("x"), { code: "ECONNRESET" }))).toBe("ECONNRESET");
  });

  test.each([
    ["an error without one", new Error("ECONNRESET")],
    ["one that is a number", Object.assign(new Error("x"), { code: 104 })],
    ["one that is a text for people", Object.assign(new Error("x"), { code: "at https://a/?b" })],
    ["no error at all", { code: "ECONNRESET" }],
  ])("gives nothing for %s", (_, error) => {
    expect(codeOf(error)).toBeUndefined();
  });
});

test("a message names the code where there is one", () => {
  expect(failureMessage("timeout")).toBe("no whole answer came in time");
  expect(failureMessage("dns", "ENOTFOUND")).toBe(
    "the name of the host could not be resolved (ENOTFOUND)",
  );
});
