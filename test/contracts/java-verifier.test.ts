import { expect, test } from "vitest";
import { signatureOf } from "../../src/delivery/signature.ts";
import { newSigningSecret, publicKeyOf } from "../../src/secrets/signing-secret.ts";
import { javaVerifier } from "../support/java-verifier.ts";
import type { Arrived } from "../support/java-verifier.ts";

const verifier = await javaVerifier();

const id = "4d228af7-6bde-5446-9ff7-8c84b044e98c";
const timestamp = Math.floor(Date.now() / 1000);
const body = Buffer.from('{"cdr":{"cliName":"Zoë 😀"}}');
const [older, newer] = [newSigningSecret("hmac"), newSigningSecret("hmac")];
const asymmetric = newSigningSecret("ed25519");
const publicKey = String(publicKeyOf(asymmetric));

function signedWith(secrets: readonly string[], changes: Partial<Arrived> = {}): Arrived {
  const sign = (secret: string) => signatureOf({ secret, id, timestamp, body });
  const signatures = secrets.map(sign).join(" ");
  return { key: newer, id, timestamp, body, signatures, ...changes };
}

// With Docker and no Java there is nothing to run it: the verifiers of npm and Node's own still do their part.
test.runIf(verifier)(
  "what is signed here is verified in Java, by each key, and nothing else is",
  async () => {
    const all = [newer, asymmetric, older];
    const other = Buffer.from('{"cdr":{}}');
    const cases: readonly (readonly [boolean, Arrived])[] = [
      [true, signedWith([newer])],
      [true, signedWith(all)],
      [true, signedWith(all, { key: older })],
      [
        true,
        signedWith([newer], {
          body: Buffer.alloc(0),
          signatures: signatureOf({ secret: newer, id, timestamp, body: "" }),
        }),
      ],
      [true, signedWith([asymmetric], { key: publicKey })],
      [true, signedWith(all, { key: publicKey })],
      [false, signedWith([newer], { body: other })],
      [false, signedWith([newer], { timestamp: timestamp + 1 })],
      [false, signedWith([newer], { id: "another" })],
      [false, signedWith([older, asymmetric])],
      [false, signedWith(all, { key: publicKey, body: other })],
      [false, signedWith(all, { key: publicKey, timestamp: timestamp + 1 })],
      [false, signedWith(all, { key: String(publicKeyOf(newSigningSecret("ed25519"))) })],
      [false, signedWith([newer, older], { key: publicKey })],
    ];
    const verified = await verifier?.verify(cases.map(([, arrived]) => arrived));
    expect(verified).toEqual(cases.map(([holds]) => holds));
  },
);

test("in CI the verifier in Java is there", async () => {
  expect(process.env["CI"] === undefined || verifier !== undefined).toBe(true);
});
