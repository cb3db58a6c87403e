import { createHmac, createPublicKey, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, test } from "vitest";
import { signV1, signV1a, signatureOf, signerOf } from "../../src/delivery/signature.ts";
import { newSigningSecret, publicKeyOf } from "../../src/secrets/signing-secret.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

test("the signature of the specification's example is the specification's", () => {
  const signature = signV1({
    secret,
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  });
  expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("a body of bytes is signed as these bytes, with the decoded secret as the key", () => {
  const body = Buffer.from([0x00, 0xff, 0x7b, 0xc3, 0xa9]);
  const mac = createHmac("sha256", Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64"));
  const signed = Buffer.concat([Buffer.from("job.17."), body]);
  const expected = `v1,${mac.update(signed).digest("base64")}`;
  expect(signV1({ secret, id: "job", timestamp: 17, body })).toBe(expected);
});

test("an empty body is signed as the empty string", () => {
  const parts = { secret, id: "job", timestamp: 17 };
  expect(signV1({ ...parts, body: "" })).toBe(signV1({ ...parts, body: Buffer.alloc(0) }));
});

test("padding of the secret may be left out", () => {
  const parts = { id: "job", timestamp: 17, body: "" };
  expect(signV1({ ...parts, secret: "whsec_c2VjcmV0MQ==" })).toBe(
    signV1({ ...parts, secret: "whsec_c2VjcmV0MQ" }),
  );
});

test.each([
  ["has no prefix", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ["has no key", "whsec_"],
  ["is no base64", "whsec_not base64!"],
  ["is base64url", "whsec_-_-_"],
])("a secret that %s is refused, without being repeated", (_, secret) => {
  const sign = (): string => signV1({ secret, id: "job", timestamp: 17, body: "" });
  expect(sign).toThrow(
    expect.objectContaining({
      code: "SECRET_INVALID",
      message: "A signing secret is neither whsec_ nor whsk_ followed by a key in base64",
    }),
  );
});

describe("what signs for a trigger", () => {
  const ed25519 = newSigningSecret("ed25519");
  const parts = { id: "job", timestamp: 17, body: "{}" };

  test("signs as its secret does, each time anew", () => {
    const secrets = [secret, ed25519];
    for (const each of secrets) {
      const signer = signerOf(secrets, each);
      expect(signerOf(secrets, each)).toBe(signer);
      expect(signer(parts)).toBe(signatureOf({ ...parts, secret: each }));
      const later = { ...parts, timestamp: 18, body: "" };
      expect(signer(later)).toBe(signatureOf({ ...later, secret: each }));
    }
  });

  test("is not kept beyond the trigger's version", () => {
    expect(signerOf([secret], secret)).not.toBe(signerOf([secret], secret));
  });

  test("is refused each time where its secret is none", () => {
    const secrets = ["whsec_"];
    const make = () => signerOf(secrets, "whsec_");
    for (const each of [make, make])
      expect(each).toThrow(expect.objectContaining({ code: "SECRET_INVALID" }));
  });
});

/** Vector of the specification's own Go library. */
const vector = {
  secret: "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const vectorSignature =
  "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

/** Verifies by the public key alone, as a receiver does. */
function isVerified(publicKey: string, signed: Buffer, signature: string): boolean {
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64");
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") },
    format: "jwk",
  });
  return verify(null, signed, key, Buffer.from(signature.slice(4), "base64"));
}

describe("an Ed25519 signature", () => {
  test("of the specification's example is the specification's", () => {
    expect(signV1a(vector)).toBe(vectorSignature);
    expect(signatureOf(vector)).toBe(vectorSignature);
  });

  test("is the same with the public half behind the seed", () => {
    const seed = Buffer.from(vector.secret.slice(5), "base64");
    const half = Buffer.from(String(publicKeyOf(vector.secret)).slice(5), "base64");
    const secret = `whsk_${Buffer.concat([seed, half]).toString("base64")}`;
    expect(signV1a({ ...vector, secret })).toBe(vectorSignature);
    expect(publicKeyOf(secret)).toBe(publicKeyOf(vector.secret));
  });

  test("is verified by the public key, and for nothing else than what was signed", () => {
    const secret = newSigningSecret("ed25519");
    const publicKey = String(publicKeyOf(secret));
    const body = Buffer.from([0x00, 0xff, 0x7b]);
    const signature = signatureOf({ secret, id: "job", timestamp: 17, body });
    const signed = Buffer.concat([Buffer.from("job.17."), body]);
    expect(isVerified(publicKey, signed, signature)).toBe(true);
    expect(isVerified(publicKey, signed.subarray(1), signature)).toBe(false);
    expect(isVerified(String(publicKeyOf(newSigningSecret("ed25519"))), signed, signature)).toBe(
      false,
    );
  });

  test.each([
    ["has another length", "whsk_c2VjcmV0MQ=="],
    ["has a public half that is not its own", `whsk_${Buffer.alloc(64, 1).toString("base64")}`],
    ["is of the other kind", secret],
  ])("is not made with a secret that %s", (_, wrong) => {
    expect(() => signV1a({ ...vector, secret: wrong })).toThrow(
      expect.objectContaining({ code: "SECRET_INVALID" }),
    );
  });
});

describe.each([
  ["standardwebhooks", (by: string) => new Webhook(by)],
  ["svix", (by: string) => new SvixWebhook(by)],
])("the published verifier %s", (_name, verifierOf) => {
  const id = "4d228af7-6bde-5446-9ff7-8c84b044e98c";
  const body = '{"cdr":{"cliName":"Zoë 😀"}}';
  const timestamp = Math.floor(Date.now() / 1000);
  const [older, newer, asymmetric] = [
    newSigningSecret("hmac"),
    newSigningSecret("hmac"),
    newSigningSecret("ed25519"),
  ];
  const headersOf = (...secrets: string[]) => ({
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": secrets
      .map((by) => signatureOf({ secret: by, id, timestamp, body: Buffer.from(body) }))
      .join(" "),
  });

  test("takes what is signed, by each of several secrets of mixed kinds", () => {
    const headers = headersOf(newer, asymmetric, older);
    for (const by of [older, newer])
      expect(() => verifierOf(by).verify(body, headers)).not.toThrow();
    expect(() => verifierOf(older).verify(body, headersOf(older))).not.toThrow();
  });

  test("takes nothing else", () => {
    const refusal = "No matching signature found";
    const strange = newSigningSecret("hmac");
    expect(() => verifierOf(strange).verify(body, headersOf(newer, older))).toThrow(refusal);
    expect(() => verifierOf(newer).verify(`${body} `, headersOf(newer))).toThrow(refusal);
    const later = { ...headersOf(newer), "webhook-timestamp": String(timestamp + 1) };
    expect(() => verifierOf(newer).verify(body, later)).toThrow(refusal);
  });
});
