import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { signatureOf } from "../../src/delivery/signature.ts";
import { createReceivers } from "../../src/sandbox/receivers.ts";
import type { Receivers } from "../../src/sandbox/receivers.ts";
import type { ReceiverUrls } from "../../src/sandbox/sample-triggers.ts";
import { newSigningSecret, publicKeyOf } from "../../src/secrets/signing-secret.ts";
import payload from "../samples/payload.json" with { type: "json" };

interface Sent {
  readonly id?: string;
  readonly attempt?: number;
  readonly method?: "GET" | "POST" | "PUT";
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const agent = new Agent();

/** Sends one webhook; returns the status of the answer. */
async function send(url: string, sent: Sent = {}): Promise<number> {
  const { id, attempt = 1, method = "POST", type = "application/json", body = "{}" } = sent;
  const { statusCode, body: answer } = await request(url, {
    dispatcher: agent,
    method,
    headers: {
      ...(id === undefined ? {} : { "webhook-id": id }),
      "onhook-attempt": String(attempt),
      ...(method === "GET" ? {} : { "content-type": type }),
      ...sent.headers,
    },
    body: method === "GET" ? null : body,
  });
  await answer.dump();
  return statusCode;
}

afterAll(async () => await agent.close());

describe("the sample receivers", () => {
  let receivers: Receivers;
  let urls: ReceiverUrls;

  beforeAll(async () => {
    receivers = createReceivers({ now: () => 1_234, keepRequests: 4 });
    urls = await receivers.start();
  });
  afterAll(async () => await receivers.stop());

  test("the one that works answers each method with a success of its own", async () => {
    expect(await send(`${urls.ok}/calls`, { id: "w-post" })).toBe(201);
    expect(await send(`${urls.ok}/calls`, { id: "w-put", method: "PUT" })).toBe(204);
    expect(await send(`${urls.ok}/calls?a=1`, { id: "w-get", method: "GET" })).toBe(200);
  });

  test("the flaky one fails each webhook twice before it takes it", async () => {
    const statuses: number[] = [];
    for (const id of ["f-1", "f-2", "f-1", "f-1", "f-2", "f-2", "f-2"]) {
      statuses.push(await send(`${urls.flaky}/x`, { id }));
    }
    expect(statuses).toEqual([503, 503, 500, 201, 500, 201, 201]);
    expect(receivers.record.of("f-1")).toEqual({ requests: 3, successes: 1 });
    expect(receivers.record.of("f-2")).toEqual({ requests: 4, successes: 2 });
  });

  test("the broken one answers 500 for ever", async () => {
    const statuses: number[] = [];
    for (let sent = 0; sent < 4; sent += 1) {
      statuses.push(await send(`${urls.broken}/x`, { id: "b" }));
    }
    expect(statuses).toEqual([500, 500, 500, 500]);
    expect(receivers.record.of("b")).toEqual({ requests: 4, successes: 0 });
  });

  test("the one that is gone refuses the connection", async () => {
    await expect(send(`${urls.gone}/x`, { id: "g" })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    expect(receivers.record.of("g")).toEqual({ requests: 0, successes: 0 });
  });

  test("an address that no receiver has is not found", async () => {
    expect(await send(`${new URL(urls.ok).origin}/okay`, { id: "n" })).toBe(404);
    expect(receivers.record.of("n")).toEqual({ requests: 1, successes: 0 });
  });

  test("each request is recorded, without its query, and only the latest are kept whole", async () => {
    for (const attempt of [1, 2, 3]) await send(`${urls.ok}/many`, { id: "many", attempt });
    await send(`${urls.ok}/calls?cdr%5BcliNum%5D=1`, { id: "r", attempt: 4, method: "GET" });
    await send(`${urls.ok}/form`, { type: "application/x-www-form-urlencoded" });
    expect(receivers.record.recent).toHaveLength(4);
    expect(receivers.record.recent.slice(-2)).toEqual([
      {
        at: 1_234,
        path: "/ok/calls",
        webhookId: "r",
        attempt: 4,
        method: "GET",
        contentType: null,
        status: 200,
      },
      {
        at: 1_234,
        path: "/ok/form",
        webhookId: "",
        attempt: 1,
        method: "POST",
        contentType: "application/x-www-form-urlencoded",
        status: 201,
      },
    ]);
    expect(receivers.record.of("many")).toEqual({ requests: 3, successes: 3 });
  });

  test("an id that is forgotten begins anew", async () => {
    await send(`${urls.flaky}/x`, { id: "once" });
    expect([...receivers.record.ids()]).toContain("once");
    receivers.record.forget("once");
    expect([...receivers.record.ids()]).not.toContain("once");
    expect(receivers.record.of("once")).toEqual({ requests: 0, successes: 0 });
  });
});

test("the receiver that hangs never answers, and stopping ends its requests", async () => {
  const arrived = Promise.withResolvers<void>();
  const receivers = createReceivers({
    now: () => {
      arrived.resolve();
      return 0;
    },
  });
  const urls = await receivers.start();
  const answered = send(`${urls.hang}/pager`, { id: "h" }).then(
    (status) => `answered ${status}`,
    (error: Error) => error.message,
  );
  await arrived.promise;
  expect(receivers.record.of("h")).toEqual({ requests: 1, successes: 0 });
  await receivers.stop();
  await receivers.stop();
  expect(await answered).toBe("other side closed");
});

describe("the example receiver of the documentation", () => {
  const program = fileURLToPath(new URL("../../docs/examples/receiver.mjs", import.meta.url));
  const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
  const id = "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a01";

  /** Starts it as its own process; `lines` yields what it prints. */
  async function start(env: Record<string, string>) {
    const child = spawn(process.execPath, [program], {
      env: { ...env, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(async () => {
      const exited = once(child, "exit");
      child.kill();
      await exited;
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    const url = (await next()).replace("Listening on ", "");
    return { url, next };
  }

  function signed(body: string, timestamp: number, by = secret): Record<string, string> {
    const signature = signatureOf({ secret: by, id, timestamp, body });
    return {
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,bm90IHRoaXMgb25l ${signature}`,
    };
  }

  test("it takes a call once, whichever form it comes in", async () => {
    const { url, next } = await start({});
    const call = `call ${payload.cdr.id} of ${payload.cdr.start}: 10 s, not answered`;
    const form = new URLSearchParams({
      "cdr[id]": payload.cdr.id,
      "cdr[start]": payload.cdr.start,
      "cdr[dur]": "10",
    }).toString();
    const json = JSON.stringify(payload);

    expect(await send(url, { id: "json", body: json })).toBe(200);
    expect(await next()).toBe(`200 json ${call}`);
    expect(await send(url, { id: "json", body: json, attempt: 2 })).toBe(200);
    expect(await next()).toBe("200 json again: taken already");
    const type = "application/x-www-form-urlencoded";
    expect(await send(url, { id: "form", type, body: form })).toBe(200);
    expect(await next()).toBe(`200 form ${call}`);
    expect(await send(`${url}?${form}`, { id: "get", method: "GET" })).toBe(200);
    expect(await next()).toBe(`200 get ${call}`);
  });

  test("it refuses what it does not understand, and may be sent it again", async () => {
    const { url, next } = await start({});
    expect(await send(url, { body: "{}" })).toBe(400);
    expect(await next()).toBe("400 no webhook-id");
    expect(await send(url, { id, body: "{" })).toBe(400);
    expect(await next()).toMatch(/^400 not understood: /);
    expect(await send(url, { id, body: JSON.stringify(payload), attempt: 2 })).toBe(200);
  });

  test("with a secret it takes only what is signed with it, and recently", async () => {
    const { url } = await start({ WEBHOOK_SECRET: secret });
    const body = JSON.stringify(payload);
    const now = Math.floor(Date.now() / 1_000);
    expect(await send(url, { id, body })).toBe(401);
    expect(await send(url, { id, body: `${body} `, headers: signed(body, now) })).toBe(401);
    expect(await send(url, { id: "other", body, headers: signed(body, now) })).toBe(401);
    expect(await send(url, { id, body, headers: signed(body, now - 3_600) })).toBe(401);
    expect(await send(url, { id, body, headers: signed(body, now) })).toBe(200);
  });

  test("with a public key it takes only what is signed with the secret that belongs to it", async () => {
    const asymmetric = newSigningSecret("ed25519");
    const { url } = await start({ WEBHOOK_SECRET: String(publicKeyOf(asymmetric)) });
    const body = JSON.stringify(payload);
    const now = Math.floor(Date.now() / 1_000);
    const stranger = newSigningSecret("ed25519");
    expect(await send(url, { id, body, headers: signed(body, now) })).toBe(401);
    expect(await send(url, { id, body, headers: signed(body, now, stranger) })).toBe(401);
    expect(await send(url, { id, body: `${body} `, headers: signed(body, now, asymmetric) })).toBe(
      401,
    );
    expect(await send(url, { id, body, headers: signed(body, now, asymmetric) })).toBe(200);
  });
});
