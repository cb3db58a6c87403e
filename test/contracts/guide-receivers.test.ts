import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildRequest } from "../../src/delivery/build-request.ts";
import type { RequestShape } from "../../src/delivery/build-request.ts";
import type { WebhookRequest } from "../../src/delivery/http-request.ts";
import type { PooledSender } from "../../src/http/undici-sender.ts";
import { newSigningSecret, publicKeyOf } from "../../src/secrets/signing-secret.ts";
import payload from "../samples/payload.json" with { type: "json" };
import { loopbackSender } from "../support/loopback-sender.ts";
import { languages, startReceiver } from "../portal/guide/receiver-programs.ts";
import type { Language, RunningReceiver } from "../portal/guide/receiver-programs.ts";

/** One makes v1 signatures and the other v1a; what follows from them holds for both. */
const kinds = ["hmac", "ed25519"] as const;
const [older, newer, wrong] = [
  newSigningSecret("hmac"),
  newSigningSecret("hmac"),
  newSigningSecret("hmac"),
];
const [olderPair, newerPair, wrongPair] = [
  newSigningSecret("ed25519"),
  newSigningSecret("ed25519"),
  newSigningSecret("ed25519"),
];
const secretsOf = {
  hmac: { older, newer, wrong },
  ed25519: { older: olderPair, newer: newerPair, wrong: wrongPair },
};

/** Python's standard library has no Ed25519: its receiver says so. */
const tried = languages.flatMap((language) =>
  kinds
    .filter((kind) => language !== "python" || kind === "hmac")
    .map((kind) => [language, kind] as const),
);

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function webhook(
  url: string,
  action: Partial<RequestShape>,
  timestamp = nowSeconds(),
): WebhookRequest {
  return buildRequest({
    payload: { ...payload, cdr: { ...payload.cdr, cliName: "Zoë 😀" } },
    action: {
      url,
      method: "POST",
      format: "json",
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...action,
    },
    jobId: randomUUID(),
    attempt: 1,
    timestamp,
    userAgent: "onhook/0.1.0",
    trace: null,
  });
}

const idOf = ({ headers }: WebhookRequest): string => String(headers["webhook-id"]);

describe.each(tried)("the receiver in %s, by a key of %s", (language, kind) => {
  const { older, newer, wrong } = secretsOf[kind];
  let receiver: RunningReceiver;
  let sender: PooledSender;

  beforeAll(async () => {
    receiver = await startReceiver(language, publicKeyOf(newer) ?? newer);
    sender = loopbackSender();
  }, 120_000);

  afterAll(async () => {
    await sender?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  async function answerTo(request: WebhookRequest, by = sender): Promise<number | string> {
    const result = await by.send(request, { signal: AbortSignal.timeout(30_000) });
    return result.kind === "answer" ? result.status : result.message;
  }

  const took = (id: string): string[] =>
    receiver.lines.filter((line) => line.includes(`took ${id}:`));

  test.each([
    ["as JSON", {}],
    ["as a form", { format: "form" }],
    ["as multipart", { format: "multipart" }],
    ["as a PUT", { method: "PUT" }],
    ["in a query", { method: "GET" }],
    ["while its secret is the newer of two", { secrets: [newer, older] }],
    ["while its secret is the older of two", { secrets: [older, newer] }],
    ["signed by a secret of the other kind besides", { secrets: [olderPair, newer, older] }],
  ] as const)("takes a webhook %s", async (_how, action) => {
    const request = webhook(receiver.url, { secrets: [newer], ...action });
    expect(await answerTo(request)).toBe(200);
    await receiver.said(`took ${idOf(request)}: ${request.body?.length ?? 0} bytes`);
  });

  test.each([-290, 290])("takes a webhook whose time is off by %d s", async (seconds) => {
    const request = webhook(receiver.url, { secrets: [newer] }, nowSeconds() + seconds);
    expect(await answerTo(request)).toBe(200);
  });

  test.each([-310, 310])("refuses a webhook whose time is off by %d s", async (seconds) => {
    const request = webhook(receiver.url, { secrets: [newer] }, nowSeconds() + seconds);
    expect(await answerTo(request)).toBe(401);
    expect(took(idOf(request))).toEqual([]);
  });

  test("refuses a webhook signed by another secret", async () => {
    const request = webhook(receiver.url, { secrets: [wrong] });
    expect(await answerTo(request)).toBe(401);
    expect(took(idOf(request))).toEqual([]);
  });

  test("refuses a webhook that its secret signs no more", async () => {
    const oldSecretsUntil = Date.now() - 60_000;
    const request = webhook(receiver.url, { secrets: [older, newer], oldSecretsUntil });
    expect(await answerTo(request)).toBe(401);
  });

  test("refuses a webhook without a signature", async () => {
    expect(await answerTo(webhook(receiver.url, {}))).toBe(401);
  });

  test("refuses a webhook of which something was changed on its way", async () => {
    const request = webhook(receiver.url, { secrets: [newer] });
    const text = String(request.body).replace("+44700000000", "+44700000001");
    const later = String(Number(request.headers["webhook-timestamp"]) + 1);
    const changed = (headers: Record<string, string>) => ({
      ...request,
      headers: { ...request.headers, ...headers },
    });
    expect(await answerTo({ ...request, body: Buffer.from(text) })).toBe(401);
    expect(await answerTo(changed({ "webhook-id": randomUUID() }))).toBe(401);
    expect(await answerTo(changed({ "webhook-timestamp": later }))).toBe(401);
    expect(await answerTo(request)).toBe(200);
  });

  test.each(["v1", "v1,", "v1,!", "v1a,", "v1a,AAAA", "v2,AAAA", ",", " ", "v1,AAAA v1a,AAAA"])(
    "refuses %j as a signature, and goes on",
    async (signature) => {
      const request = webhook(receiver.url, {});
      const headers = { ...request.headers, "webhook-signature": signature };
      expect(await answerTo({ ...request, headers })).toBe(401);
    },
  );

  test.each(["", "0x10", "1e9", "NaN", "99999999999999999999", "-1"])(
    "refuses %j as a time, and goes on",
    async (timestamp) => {
      const request = webhook(receiver.url, { secrets: [newer] });
      const headers = { ...request.headers, "webhook-timestamp": timestamp };
      expect(await answerTo({ ...request, headers })).toBe(401);
    },
  );

  test("takes a webhook that comes again only once, and answers that it was taken", async () => {
    const request = webhook(receiver.url, { secrets: [newer] });
    const behind = webhook(receiver.url, { secrets: [newer] });
    expect(await answerTo(request)).toBe(200);
    expect(await answerTo(request)).toBe(200);
    expect(await answerTo(behind)).toBe(200);
    await receiver.said(`took ${idOf(behind)}`);
    await receiver.said(`took ${idOf(request)}`);
    expect(took(idOf(request))).toHaveLength(1);
  });

  test("does not take a body that no call has, and goes on", async () => {
    const request = webhook(receiver.url, { secrets: [newer] });
    // Over connections of its own: that one is of no more use.
    await using own = loopbackSender();
    const answer = await answerTo({ ...request, body: Buffer.alloc(2 ** 21) }, own);
    expect(answer).not.toBe(200);
    expect(took(idOf(request))).toEqual([]);
    expect(await answerTo(webhook(receiver.url, { secrets: [newer] }))).toBe(200);
  });
});

test.each(languages.filter((language) => language !== "php"))(
  "the receiver in %s does not start without a key",
  async (language: Language) => {
    await expect(startReceiver(language, undefined)).rejects.toThrow("WEBHOOK_SECRET has to be");
  },
  60_000,
);

test("the receiver in php takes nothing without a key", async () => {
  await using receiver = await startReceiver("php", undefined);
  await using sender = loopbackSender();
  const request = webhook(receiver.url, { secrets: [newer] });
  const result = await sender.send(request, { signal: AbortSignal.timeout(30_000) });
  expect(result).toMatchObject({ kind: "answer", status: 500 });
  await receiver.said("WEBHOOK_SECRET has to be");
});
