import { createPublicKey, randomBytes, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSigningSecret, publicKeyOf } from "../../src/secrets/signing-secret.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hook, Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { followAttempts, followRecords, headersOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const word = (): string => randomBytes(18).toString("hex");
const ringKey = randomBytes(32).toString("base64");
const { env, topics } = ownNames(stack, "held-secrets", {
  ONHOOK_SECRETS_KEYS: `k1:${ringKey}`,
  ONHOOK_LOG_LEVEL: "trace",
});
const secrets = {
  hmac: newSigningSecret("hmac"),
  ed25519: newSigningSecret("ed25519"),
  header: word(),
  password: word(),
  token: word(),
  /** What a trigger that is refused has. */
  bad: `whsec_~${word()}`,
};
/** Those that a command has made and printed. */
const made: string[] = [];
/** All that was printed or written anywhere, with where. */
const seen: [where: string, text: string][] = [];
let platform: Platform;
let hooks: Hooks;
let service: ServiceProcess;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  platform = await createPlatform(stack, topics);
  hooks = await startHooks(({ path }) => (path === "/gone" ? 410 : 200));
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** Runs a command and keeps what it printed. */
async function onhook(
  args: readonly string[],
  stdin = "",
): Promise<{ status: number; all: string }> {
  const { status, stdout, stderr } = await runProgram(args, { env, stdin });
  seen.push([`onhook ${args.join(" ")}`, stdout + stderr]);
  return { status: Number(status), all: stdout + stderr };
}

const put = (trigger: unknown) => onhook(["trigger", "put", "-"], JSON.stringify(trigger));

/** A trigger as a file has it, with every kind of secret. */
function inFile(trigger: Trigger, action: object = {}) {
  return {
    ...trigger,
    action: {
      ...trigger.action,
      secrets: [secrets.hmac, secrets.ed25519],
      headers: { "X-Api-Key": secrets.header },
      auth: { scheme: "basic", username: "onhook", password: secrets.password },
      retries: 0,
      ...action,
    },
  };
}

async function lastEventOf(triggerId: string): Promise<string> {
  const events = await recordsOf(stack, topics.triggers);
  return String(events.findLast(({ key }) => String(key) === triggerId)?.value);
}

function isVerified(publicKey: string, { id, headers, body }: Hook): boolean {
  const x = Buffer.from(publicKey.slice(5), "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.concat([
    Buffer.from(`${id}.${String(headers["webhook-timestamp"])}.`),
    body,
  ]);
  return String(headers["webhook-signature"])
    .split(" ")
    .filter((each) => each.startsWith("v1a,"))
    .some((each) => verify(null, signed, key, Buffer.from(each.slice(4), "base64")));
}

async function hookOf(tenantId: string): Promise<Hook> {
  const before = hooks.all.length;
  await platform.call(callOf(tenantId));
  await hooks.until(() => hooks.all.length > before);
  return hooks.all[before] as Hook;
}

function verifies(secret: string, { headers, body }: Hook): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

test("what is encrypted in the topic arrives in plain: signatures, headers and credentials", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/all` });
  expect((await put(inFile(trigger))).all).toBe(`created ${trigger.triggerId} (active)\n`);
  expect((await lastEventOf(trigger.triggerId)).match(/enc:v1:k1:/g)).toHaveLength(4);
  const hook = await hookOf(trigger.tenantId);
  const basic = Buffer.from(`onhook:${secrets.password}`).toString("base64");
  expect(hook.headers).toMatchObject({
    authorization: `Basic ${basic}`,
    "x-api-key": secrets.header,
  });
  expect(verifies(secrets.hmac, hook)).toBe(true);
  expect(isVerified(String(publicKeyOf(secrets.ed25519)), hook)).toBe(true);
  // What was shown is put back as it was.
  const got = await onhook(["trigger", "get", trigger.triggerId]);
  expect((await onhook(["trigger", "put", "-"], got.all)).status).toBe(0);
  expect((await onhook(["trigger", "get", trigger.triggerId])).all).toBe(got.all);
  expect((await hookOf(trigger.tenantId)).headers["authorization"]).toBe(`Basic ${basic}`);
});

test("a secret is rotated by a command, which prints the new one; both sign, until the old one is dropped", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/rotated` });
  const { triggerId, tenantId } = trigger;
  await put(
    inFile(trigger, { secrets: [secrets.hmac], auth: { scheme: "bearer", token: secrets.token } }),
  );
  const run = (...options: string[]) =>
    runProgram(["trigger", "secret", triggerId, ...options], { env });
  const rotated = await run("--rotate", "--kind", "ed25519", "--keep", "24h");
  const [newest = "", publicKey = "", ...more] = rotated.stdout.split("\n");
  expect([newest.slice(0, 5), publicKey, more]).toEqual(["whsk_", publicKeyOf(newest), [""]]);
  expect(rotated.stderr).toMatch(
    new RegExp(`^onhook: ${triggerId}: 2 secrets sign now; the newest alone from \\d{4}-.*Z\\n$`),
  );
  made.push(newest);
  const both = await hookOf(tenantId);
  expect(both.headers["authorization"]).toBe(`Bearer ${secrets.token}`);
  expect([verifies(secrets.hmac, both), isVerified(publicKey, both)]).toEqual([true, true]);
  expect((await run("--drop-old")).stderr).toBe(`onhook: ${triggerId}: 1 secret signs now\n`);
  const alone = await hookOf(tenantId);
  expect([verifies(secrets.hmac, alone), isVerified(publicKey, alone)]).toEqual([false, true]);
  expect((await run()).stderr).toContain("give --rotate, --drop-old or both");
  expect((await run("--rotate", "--keep", "soon")).status).toBe(1);
  seen.push(["trigger secret, errors", rotated.stderr]);
});

test("a trigger that is switched off because its receiver is gone keeps its secrets, encrypted once", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/gone` });
  const { triggerId, tenantId } = trigger;
  await put(inFile(trigger));
  await using events = await followRecords(stack, topics.triggers);
  await platform.call(callOf(tenantId));
  await events.until(() => events.all.some(({ key }) => String(key) === triggerId));
  const got = (await onhook(["trigger", "get", triggerId])).all;
  expect(got).toMatch(/^# disabled\ntriggerId: /);
  // Put back and switched on, it sends what it had.
  const on = got.replace("enabled: false", "enabled: true").replace("/gone", "/back");
  expect((await onhook(["trigger", "put", "-"], on)).status).toBe(0);
  const hook = await hookOf(tenantId);
  expect(hook.headers["x-api-key"]).toBe(secrets.header);
  expect(verifies(secrets.hmac, hook)).toBe(true);
});

test("new secrets and keys are printed, and are what triggers and rings take", async () => {
  const lines = async (...args: string[]) => (await mustRun(args, { env })).trimEnd().split("\n");
  expect(await lines("secret", "generate")).toEqual([expect.stringMatching(/^whsec_[\w+/]{43}=$/)]);
  const [secret = "", publicKey] = await lines("secrets", "generate", "--kind", "ed25519");
  expect(publicKey).toBe(publicKeyOf(secret));
  const [key = ""] = await lines("secrets", "key", "2026-11");
  expect(key).toMatch(/^2026-11:[\w+/]{43}=$/);
});

test("a bad trigger, a bad event and a failing receiver are told without any secret", async () => {
  const tenantId = newTenantId();
  const bad = triggerOf({ tenantId, url: hooks.url });
  const refused = await put(
    inFile(bad, {
      secrets: [secrets.bad, secrets.hmac, secrets.bad],
      headers: {
        "x-a": `${secrets.header}\n`,
        [`x ${secrets.header}`]: secrets.header,
        host: secrets.header,
      },
      auth: { scheme: "bearer", password: secrets.password, token: `${secrets.token} ` },
    }),
  );
  expect(refused.status).toBe(1);
  for (const path of ["secrets[0]", "secrets[2]", "headers.x-a", "headers.host", "auth.token"])
    expect(refused.all).toContain(`- action.${path}: `);
  expect(
    (await onhook(["trigger", "put", "-"], `a: "${secrets.hmac}\n  *${secrets.token}`)).status,
  ).toBe(1);
  // Written by the platform: secrets that are wrong in plain, and one that was encrypted for another trigger.
  const good = triggerOf({ tenantId, url: hooks.url, action: { secrets: [secrets.hmac] } });
  await put(inFile(good));
  const [sealed = ""] = /enc:v1:k1:[\w+/]+=*/.exec(await lastEventOf(good.triggerId)) ?? [];
  for (const secret of [secrets.bad, sealed]) {
    const other = triggerOf({ tenantId, url: hooks.url, action: { secrets: [secret] } });
    const offset = await platform.putTrigger(other);
    const { problems } = await service.line(
      (line) => line["event"] === "store.applied" && line["offset"] === offset,
    );
    expect(problems).toEqual([
      expect.stringMatching(/^action\.secrets\[0\] (is not|can not be decrypted)/),
    ]);
    await onhook(["trigger", "get", other.triggerId]);
  }
  // No TLS is spoken there, and nothing listens here.
  await using attempts = await followAttempts(stack, topics.attempts);
  const failing = newTenantId();
  for (const url of [hooks.url.replace("http:", "https:"), "http://127.0.0.1:9/"])
    await put(inFile(triggerOf({ tenantId: failing, url: `${url}/${word()}` })));
  await platform.call(callOf(failing));
  const ofFailing = () => attempts.all.filter((each) => each.tenantId === failing);
  await attempts.until(() => ofFailing().length === 2);
  expect(new Set(ofFailing().map(({ reason }) => reason))).toEqual(new Set(["connection", "tls"]));
});

test("no secret is in anything that was printed, logged, measured or written", async () => {
  await Promise.all([
    onhook(["trigger", "list"]),
    onhook(["trigger", "list", "--json"]),
    onhook(["dead", "list", "--json"]),
    onhook(["--print-config", "run"]),
    onhook(["secrets", "rotate"]),
  ]);
  seen.push(["/metrics", (await service.get("/metrics")).body]);
  expect(await service.stop()).toBe(0);
  seen.push(["log", service.log.map((line) => JSON.stringify(line)).join("\n")]);
  seen.push(["standard error", await service.stderr]);
  const written = [topics.jobs, topics.dead, topics.attempts, topics.invalid];
  for (const topic of written)
    for (const record of await recordsOf(stack, topic))
      seen.push([topic, `${String(record.value)} ${JSON.stringify(headersOf(record))}`]);
  const forms = [
    ringKey,
    ...Object.values(secrets),
    ...made,
    ...[secrets.hmac, secrets.ed25519, secrets.bad].map((each) =>
      each.slice(each.indexOf("_") + 1),
    ),
    Buffer.from(`onhook:${secrets.password}`).toString("base64"),
  ];
  expect(seen.filter(([, text]) => text !== "").length).toBeGreaterThan(20);
  expect(seen.filter(([, text]) => forms.some((form) => text.includes(form)))).toEqual([]);
  // Only what the platform wrote in plain is in the triggers' topic in plain.
  const events = (await recordsOf(stack, topics.triggers)).map(({ value }) => String(value));
  const plain = events.filter((event) => forms.some((form) => event.includes(form)));
  expect(plain).toEqual([expect.stringContaining(secrets.bad)]);
});
