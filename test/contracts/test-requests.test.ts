import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { callHandlers } from "../../src/admin/calls/handlers.ts";
import { listen } from "../support/loopback-receiver.ts";
import { loopbackSender } from "../support/loopback-sender.ts";
import {
  askedBy,
  askedTest as asked,
  memoryCalls,
  heldToContract,
} from "../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

/** The handlers with the real sender, and a receiver on the loopback interface. */
async function withReceiver(handle: RequestListener) {
  const stack = new AsyncDisposableStack();
  const receiver = stack.use(await listen(createServer(handle)));
  const options = { keepsAnswers: true, maxResponseBytes: 16_384, connectionsPerOrigin: 0 };
  const sender = stack.use(loopbackSender(options));
  const world = memoryCalls({ allowHttp: true });
  const handlers = heldToContract(callHandlers({ ...world.parts, sender }));
  const address = `http://${receiver.host}/hook`;
  return { world, handlers, address, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("a test request", () => {
  test("is made once, marked as a test, and its answer shown", async () => {
    const received: { headers: object; body: string }[] = [];
    await using at = await withReceiver((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(201, { "content-type": "text/plain", "set-cookie": "sid=hush" });
        response.end("made \u0007\u202e it");
      });
    });
    const { body } = await at.handlers.testSend(asked({ action: { url: at.address } }), own);
    expect(body).toMatchObject({ outcome: "answered", reason: null, answer: { status: 201 } });
    expect(body.answer).toMatchObject({ body: "made \ufffd\ufffd it", truncated: false });
    expect(body.answer?.headers).toContainEqual({ name: "set-cookie", value: "***" });
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).toMatchObject({
      "onhook-test": "1",
      "onhook-attempt": "1",
      "webhook-id": expect.stringMatching(/^test_[\da-f-]{36}$/) as string,
    });
    expect(received[0]?.body).toBe(body.request.body);
    expect(at.world.changes).toMatchObject([{ action: "trigger.test-sent", tenantId: "t" }]);
  });

  test("shows 16 KiB of an answer's body at most, and what is no UTF-8 as the sign for that", async () => {
    await using at = await withReceiver((_, response) => {
      response.end(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.alloc(20_000, "x")]));
    });
    const { body } = await at.handlers.testSend(asked({ action: { url: at.address } }), own);
    expect(body.answer?.truncated).toBe(true);
    expect(body.answer?.body).toBe(`\ufffd\ufffd${"x".repeat(16_382)}`);
  });

  test("carries a real call's true texts, of which what is shown has none, the answer included", async () => {
    let sent = "";
    await using at = await withReceiver((request, response) => {
      sent = "";
      request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
      request.on("end", () => {
        response.writeHead(200, { "x-echo": encodeURIComponent(sent) });
        response.end(Buffer.from(sent).toString("base64"));
      });
    });
    at.world.call("t", { id: "c1", cliNum: "+15550100123" });
    const given = { action: { url: at.address }, cdrId: "c1" };
    const masked = await at.handlers.testSend(asked(given), own);
    expect(sent).toContain("+15550100123");
    expect(masked.body.request.body).toContain("***23");
    expect(masked.body.answer).toMatchObject({ status: 200, body: null });
    expect(masked.body.answer?.headers).toContainEqual({ name: "x-echo", value: "***" });
    const clear = await at.handlers.testSend(asked({ ...given, reveal: true }), own);
    expect(clear.body.request.body).toContain("+15550100123");
    expect(clear.body.answer?.body).toBe(
      Buffer.from(clear.body.request.body ?? "").toString("base64"),
    );
  });

  test("shows no credential that its receiver repeats", async () => {
    await using at = await withReceiver((request, response) => {
      response.writeHead(200, { "x-echo": String(request.headers["x-own"]) });
      response.end(JSON.stringify(request.headers));
    });
    const action = {
      url: at.address,
      secrets: [secret],
      headers: { "X-Own": "hush-header" },
      auth: { scheme: "basic", username: "user", password: "hush-password" },
    };
    const { body } = await at.handlers.testSend(asked({ action }), own);
    const basic = Buffer.from("user:hush-password").toString("base64");
    expect(JSON.stringify(body)).not.toContain("hush");
    expect(JSON.stringify(body)).not.toContain(basic);
    expect(body.answer?.body).toContain('"webhook-signature":"v1,***"');
  });

  test("to addresses inside is refused alike, whatever is there", async () => {
    await using inside = await withReceiver((_, response) => response.end("secret"));
    const at = memoryCalls({ allowHttp: true });
    const guarded = loopbackSender({
      guard: { check: () => "refused", checkPort: () => "allowed" },
    });
    await using sender = guarded;
    const handlers = heldToContract(callHandlers({ ...at.parts, sender }));
    const told = [];
    for (const address of [inside.address, "http://127.0.0.1:9/", "http://10.1.2.3/"])
      told.push((await handlers.testSend(asked({ action: { url: address } }), own)).body);
    for (const { outcome, reason, error, answer } of told)
      expect({ outcome, reason, error, answer }).toEqual({
        outcome: "failed",
        reason: "blocked-address",
        error: "requests to this address or port are refused",
        answer: null,
      });
  });
});
