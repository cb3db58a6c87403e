import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: false };

function actionProblems(action: object): Record<string, string> {
  const url = "https://example.com/hook";
  const checked = checkTrigger(triggerInput({ action: { url, ...action } }), rules);
  if (checked.ok) return {};
  return Object.fromEntries(checked.problems.map(({ path, message }) => [path, message]));
}

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;

describe("the rest of the action", () => {
  it.each([-1, 11, 1.5, NaN, "1", null])("has no %s retries", (retries) => {
    expect(actionProblems({ retries })).toEqual({
      "action.retries": "is not a whole number from 0 to 10",
    });
  });

  it("has custom data within the limits that its problems name", () => {
    const pairs = Array.from({ length: 101 }, (_, index) => [`k${index}`, ""]);
    const of = (customData: unknown) => actionProblems({ customData });
    expect(of(Object.fromEntries(pairs.slice(1)))).toEqual({});
    expect(of(Object.fromEntries(pairs))).toEqual({ "action.customData": "has over 100 pairs" });
    expect(of({ a: "x".repeat(1001) })).toEqual({
      "action.customData.a": "is longer than 1,000 characters",
    });
    expect(of({ ["k".repeat(101)]: "" })).toEqual({
      "action.customData": "has a key that is longer than 100 characters",
    });
    expect(of({ "": "" })).toEqual({ "action.customData": "has a key that is empty" });
    expect(of({ a: 1 })).toEqual({ "action.customData.a": "is not text" });
    expect(of([])).toEqual({ "action.customData": "is not a map of texts" });
  });

  it("has no custom data called __proto__, which would be lost on the topic", () => {
    const customData = JSON.parse('{"__proto__": "x"}') as object;
    expect(actionProblems({ customData })).toEqual({
      "action.customData": "has a key that is __proto__",
    });
  });

  it.each([
    ["of 23 bytes", secretOf(23)],
    ["of 65 bytes", secretOf(65)],
    ["in base64url", `whsec_${"_".repeat(32)}`],
    ["with a blank", `${secretOf(24)} `],
  ])("has no secret %s, and does not repeat it", (_name, secret) => {
    expect(actionProblems({ secrets: [secret] })).toEqual({
      "action.secrets[0]": "is not whsec_ and the base64 of 24 to 64 bytes",
    });
  });

  it("has at most 5 secrets", () => {
    expect(actionProblems({ secrets: Array(6).fill(secretOf(32)) })).toEqual({
      "action.secrets": "has over 5 secrets",
    });
  });
});

describe("an Ed25519 secret", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const half = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const of = (...parts: Buffer[]) => `whsk_${Buffer.concat(parts).toString("base64")}`;
  const problem =
    "is not whsk_ and the base64 of an Ed25519 key: its seed of 32 bytes, or 64 with the public half that belongs to it";

  it("is a seed, or a seed with its public half; kinds may be mixed", () => {
    expect(actionProblems({ secrets: [of(seed), secretOf(32), of(seed, half)] })).toEqual({});
  });

  it.each([
    ["of another length", of(seed, half.subarray(1)), problem],
    ["with a public half that is not its own", of(seed, Buffer.alloc(32, 1)), problem],
    ["in base64url", of(Buffer.alloc(32, 255)).replaceAll("/", "_"), problem],
    ["without its prefix", of(seed).slice(5), "is neither a whsec_ nor a whsk_ secret"],
    [
      "that is public",
      `whpk_${half.toString("base64")}`,
      "is a public key, which can not sign: the secret one begins with whsk_",
    ],
  ])("%s is refused, without being repeated", (_name, secret, message) => {
    expect(actionProblems({ secrets: [secretOf(24), secret] })).toEqual({
      "action.secrets[1]": message,
    });
  });
});

describe("headers", () => {
  const of = (headers: unknown) => actionProblems({ headers });

  it("have names of RFC 9110 and values of printable ASCII", () => {
    expect(of({ "X-Api-Key": "a b", Authorization: "Token abc", "!#$%&'*+-.^_`|~0": "" })).toEqual(
      {},
    );
  });

  it.each([
    "Host",
    "content-length",
    "Content-Type",
    "transfer-encoding",
    "Connection",
    "keep-alive",
    "te",
    "upgrade",
    "expect",
    "User-Agent",
    "webhook-id",
    "Webhook-Anything",
    "onhook-attempt",
  ])("can not be %s", (name) => {
    expect(of({ [name]: "x" })).toEqual({
      [`action.headers.${name}`]: "is a header that a trigger can not set",
    });
  });

  it.each(["", "a b", "a:", "x\r\nhost", "ä", "a\u0000"])("have no name %j", (name) => {
    expect(of({ [name]: "x" })).toEqual({
      "action.headers": "has a name that is none of a header",
    });
  });

  it.each(["a\nb", "a\r", "\t", "\u007f", "ä", " a", "a "])("have no value %j", (value) => {
    expect(of({ "x-a": value })).toEqual({
      "action.headers.x-a": "has a character that is not printable ASCII, or a blank at an end",
    });
  });

  it("keep within their limits", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "v"]));
    expect(of(many(32))).toEqual({});
    expect(of(many(33))).toEqual({ "action.headers": "has over 32 headers" });
    expect(of({ a: "v".repeat(4096) })).toEqual({});
    expect(of({ a: "v".repeat(4097) })).toEqual({
      "action.headers.a": "is longer than 4,096 bytes",
    });
    expect(of({ "X-A": "1", "x-a": "2" })).toEqual({ "action.headers.x-a": "is there twice" });
    expect(of({ a: 1 })).toEqual({ "action.headers.a": "is not text" });
    expect(of([])).toEqual({ "action.headers": "is not a map of texts" });
    expect(of(JSON.parse('{"__proto__": "x"}'))).toEqual({
      "action.headers.__proto__": "is no name of a header",
    });
  });

  it("leave authorization to the credentials where there are any", () => {
    const auth = { scheme: "bearer", secret: "abc" };
    expect(actionProblems({ auth, headers: { AUTHORIZATION: "x" } })).toEqual({
      "action.headers": "has authorization, which action.auth makes",
    });
  });
});

describe("credentials", () => {
  const of = (auth: unknown) => actionProblems({ auth });

  it("are a user with a password, or a token", () => {
    expect(of({ scheme: "basic", username: "", secret: "päss: word" })).toEqual({});
    expect(of({ scheme: "bearer", secret: "12|a.b-c~d+e/f==" })).toEqual({});
    expect(of(null)).toEqual({});
  });

  it.each([
    [{ scheme: "digest", secret: "x" }, { "action.auth.scheme": "is none of basic, bearer" }],
    [{ scheme: "basic", secret: "x" }, { "action.auth.username": "is missing" }],
    [{ scheme: "basic", username: "a:b", secret: "x" }, { "action.auth.username": "has a colon" }],
    [
      { scheme: "basic", username: "a\n", secret: "x" },
      { "action.auth.username": "has a control character" },
    ],
    [{ scheme: "basic", username: "a" }, { "action.auth.secret": "is missing" }],
    [
      { scheme: "basic", username: "a", secret: "x\u0000" },
      { "action.auth.secret": "has a control character" },
    ],
    [
      { scheme: "bearer", username: "a", secret: "x" },
      { "action.auth.username": "does not fit bearer" },
    ],
    [
      { scheme: "bearer", secret: "a b" },
      { "action.auth.secret": "has a blank, or a character that is not printable ASCII" },
    ],
    ["basic", { "action.auth": "is not a scheme with its credentials" }],
  ])("are not %j", (auth, problems) => {
    expect(of(auth)).toEqual(problems);
  });
});

describe("a mask that nothing is saved for", () => {
  it("is refused by its name", () => {
    const message = "is masked, and no secret is saved that it could stand for";
    const auth = { scheme: "bearer", secret: "***" };
    const secrets = ["whsec_***", "whsk_***"];
    expect(actionProblems({ secrets, auth, headers: { "x-a": "***" } })).toEqual({
      "action.secrets[0]": message,
      "action.secrets[1]": message,
      "action.headers.x-a": message,
      "action.auth.secret": message,
    });
  });
});
