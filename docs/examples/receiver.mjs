/*
 * A receiver of post-call webhooks: plain Node (18 or later), no package needed.
 *
 *   node receiver.mjs                                  listens on http://127.0.0.1:8099/
 *   PORT=9000 WEBHOOK_SECRET=whsec_… node receiver.mjs       or whpk_…, the public key of a trigger's whsk_… secret
 *
 * It does the four things that every receiver should do: verify the signature, answer soon, take each webhook only
 * once, and answer 2xx only for what it has taken. All else is tried again, as often as the trigger says.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env.WEBHOOK_SECRET;
const port = Number(process.env.PORT ?? 8099);

/** A webhook signed longer ago than this may be an old one that somebody sends again. */
const toleranceSeconds = 5 * 60;
const maxBodyBytes = 1024 * 1024;

/**
 * A webhook is sent again when our answer was lost, always with the same `webhook-id`. In earnest the ids belong where
 * the calls go, in a unique column of the same database: then a crash between the two can't take a call twice.
 */
const taken = new Set();
const maxTaken = 100_000;

/** HMAC by the secret itself, or Ed25519 by the public key. */
function isRight(version, signature, signed) {
  if (secret.startsWith("whpk_")) {
    const x = Buffer.from(secret.slice(5), "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return version === "v1a" && verify(null, signed, key, signature);
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(signed).digest();
  return (
    version === "v1" &&
    signature.length === expected.length &&
    timingSafeEqual(signature, expected)
  );
}

function isSigned(headers, body) {
  const timestamp = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
  // The bytes as they came: JSON that is parsed and written again may differ.
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${timestamp}.`), body]);
  // While a secret is being changed there is a signature for each, divided by spaces.
  return (headers["webhook-signature"] ?? "").split(" ").some((each) => {
    const [version, text = ""] = each.split(",");
    return isRight(version, Buffer.from(text, "base64"), signed);
  });
}

/** Reads a field of the call, `dur` for one, from whatever form the payload comes in. */
function callOf(request, body) {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) {
    const { cdr } = JSON.parse(body);
    return (field) => cdr[field];
  }
  // Forms and the query of a GET write nesting in brackets; multipart/form-data is left out of this example.
  const pairs =
    request.method === "GET"
      ? new URL(request.url, "http://receiver").searchParams
      : new URLSearchParams(body.toString());
  return (field) => pairs.get(`cdr[${field}]`);
}

function take(request, body) {
  const id = request.headers["webhook-id"];
  if (id === undefined) return [400, "no webhook-id"];
  if (secret !== undefined && !isSigned(request.headers, body)) return [401, "not signed by us"];
  if (taken.has(id)) return [200, `${id} again: taken already`];
  const call = callOf(request, body);
  const answered = Number(call("ans")) === 1 ? "answered" : "not answered";
  taken.add(id);
  if (taken.size > maxTaken) taken.delete(taken.values().next().value);
  return [200, `${id} call ${call("id")} of ${call("start")}: ${call("dur")} s, ${answered}`];
}

async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error("the body is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function receive(request, response) {
  let [status, line] = [400, ""];
  try {
    [status, line] = take(request, await readBody(request));
  } catch (error) {
    line = `not understood: ${error.message}`;
  }
  console.log(`${status} ${line}`);
  response.writeHead(status).end();
}

const server = createServer((request, response) => void receive(request, response));

server.listen(port, "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}/`);
});
