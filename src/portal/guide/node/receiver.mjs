/*
 * Receives signed webhooks. Node 18 or later; no package.
 *
 *   WEBHOOK_SECRET=whsec_… node receiver.mjs
 *
 * whsec_…: the secret itself (v1, HMAC-SHA256). whpk_…: the public key of an Ed25519 secret (v1a).
 */
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const key = process.env.WEBHOOK_SECRET ?? "";
const port = Number(process.env.PORT ?? 8099);
const toleranceSeconds = 5 * 60;
const maxBodyBytes = 1024 * 1024;

if (!/^wh(?:sec|pk)_./.test(key)) throw new Error("WEBHOOK_SECRET has to be whsec_… or whpk_…");
const keyBytes = Buffer.from(key.slice(key.indexOf("_") + 1), "base64");

/** Whether one signature, such as "v1,<base64>", is right. What is of another version is passed over. */
function isRight(given, signed) {
  const [version, text = ""] = given.split(",");
  const signature = Buffer.from(text, "base64");
  if (key.startsWith("whpk_")) {
    const jwk = { kty: "OKP", crv: "Ed25519", x: keyBytes.toString("base64url") };
    const publicKey = createPublicKey({ key: jwk, format: "jwk" });
    return version === "v1a" && verify(null, signed, publicKey, signature);
  }
  const expected = createHmac("sha256", keyBytes).update(signed).digest();
  // Compared in constant time: how long it takes must not tell how much of a guess is right.
  return (
    version === "v1" && signature.length === expected.length && timingSafeEqual(signature, expected)
  );
}

/** `body` is the bytes as they came: JSON that is parsed and written again may differ. */
function isSigned(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  // An old request may be one that somebody has recorded and sends again.
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  // While a secret is being changed there is a signature of each, with a blank between them.
  const signatures = (headers["webhook-signature"] ?? "").split(" ");
  return signatures.some((each) => isRight(each, signed));
}

/** In earnest a unique column of the database that the calls go into: it outlives a restart. */
const taken = new Set();
const maxTaken = 100_000;

function remember(id) {
  taken.add(id);
  if (taken.size > maxTaken) taken.delete(taken.values().next().value);
}

/** Your own work. It comes after the answer: Onhook waits for that no longer than 10 seconds. */
function work(id, body) {
  console.log(`took ${id}: ${body.length} bytes`);
}

async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function receive(request, response) {
  const body = await readBody(request);
  // No call is that long: whoever sends this is somebody else.
  if (body === null) return response.destroy();
  if (!isSigned(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  // The same webhook comes again when our answer was lost: with the same id.
  if (taken.has(id)) return response.writeHead(200).end();
  remember(id);
  return response.writeHead(200).end(() => work(id, body));
}

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});

server.listen(port, "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}/`);
});
