import type { Schema } from "avsc";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import type { Ended } from "../support/e2e-program.ts";
import { followAttempts, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService, startService } from "../support/e2e-service.ts";
import type { LogLine } from "../support/e2e-service.ts";
import { startLoginProxy, startTlsFront } from "../support/secured-fronts.ts";
import type { Front, LoginProxy } from "../support/secured-fronts.ts";
import {
  addScramUser,
  lateUser,
  passwords,
  startSecuredKafka,
  stranger,
} from "../support/secured-kafka.ts";
import type { SecuredKafka } from "../support/secured-kafka.ts";
import { mistakes, wrong } from "../support/secured-mistakes.ts";
import { login, settingsOf, ways } from "../support/secured-settings.ts";
import type { Settings } from "../support/secured-settings.ts";

const registryLogin = { username: "reader", password: "registry: pass/word+é" };
const secrets = [...Object.values(passwords), stranger.password, registryLogin.password, wrong];

let kafka: SecuredKafka;
let registry: LoginProxy;
/** The registry again, by TLS with a certificate of the authority that the brokers' is not from. */
let secureRegistry: Front;
let hooks: Hooks;

beforeAll(async () => {
  kafka = await startSecuredKafka();
  registry = await startLoginProxy(kafka.stack.registryUrl, registryLogin);
  secureRegistry = await startTlsFront(registry.port, kafka.certificates.otherServer);
  hooks = await startHooks();
});

afterAll(async () => {
  await hooks?.[Symbol.asyncDispose]();
  await secureRegistry?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await kafka?.[Symbol.asyncDispose]();
});

/** Names of its own, on the secured brokers and behind the registry's proxy; without the login to either. */
function namesFor(name: string, settings: Settings, proxy: LoginProxy = registry): OwnNames {
  const { username, password } = registryLogin;
  return ownNames({ brokers: [kafka.withLogin], registryUrl: proxy.url }, name, {
    ONHOOK_REGISTRY_USERNAME: username,
    ONHOOK_REGISTRY_PASSWORD: password,
    ...settings,
  });
}

const secureRegistryUrl = (): Settings => ({
  ONHOOK_REGISTRY_URL: registry.url.replace(/^.*:\d+/, `https://127.0.0.1:${secureRegistry.port}`),
  ONHOOK_REGISTRY_CA_FILE: files().otherCa,
});

function expectNoSecretIn(text: string): void {
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
}

describe.concurrent("a call becomes a webhook", () => {
  test.each(ways)(
    "where registry and brokers ask for TLS and a login, the brokers by %s",
    async (way) => {
      const { env, topics } = namesFor(`secured-${way}`, {
        ...settingsOf(kafka, way),
        ...secureRegistryUrl(),
      });
      const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/${way}` });
      const said = [
        await mustRun(["topics", "apply"], { env }),
        await mustRun(["trigger", "put", "-"], { env, stdin: JSON.stringify(trigger) }),
      ];
      await using platform = await createPlatform(kafka.stack, topics);
      await using service = await startReadyService(env);
      const call = callOf(trigger.tenantId);
      await platform.call(call);
      const id = webhookIdOf(call, trigger.triggerId);
      await hooks.until(() => hooks.counts.has(id));
      const certificate = { certificate: "registry.caFile" };
      const expiry = service.metric("onhook_certificate_expiry_timestamp_seconds", certificate);
      expect(await expiry).toBeGreaterThan(Date.now() / 1000);
      const read = "onhook_group_lag_last_success_timestamp_seconds";
      const isRead = async () => expect(await service.metric(read)).toBeGreaterThan(0);
      await vi.waitFor(isRead, { timeout: 30_000, interval: 500 });
      expect(await service.stop()).toBe(0);
      expect(hooks.of(id).map(({ path }) => path)).toEqual([`/${way}`]);
      expectNoSecretIn(`${said.join("")}${JSON.stringify(service.log)}${await service.stderr}`);
    },
  );
});

test.each(["scram-sha-512", "certificate"] as const)(
  "`onhook bench` and the plain clients that it measures beside get in by %s",
  async (way) => {
    const settings = settingsOf(kafka, way);
    const { env } = namesFor(`secured-bench-${way}`, { ...settings, ...secureRegistryUrl() });
    const args = ["bench", "match", "--calls", "50", "--rounds", "1", "--partitions", "1"];
    const { status, stdout, stderr } = await runProgram(args, { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("jobs expected 20, found 20: missing 0, double 0, unexpected 0");
    expectNoSecretIn(stdout);
  },
);

const files = () => kafka.certificates.files;

function expectOneSentence({ status, stdout, stderr }: Ended, names: RegExp): void {
  expect(stderr).toMatch(names);
  expect(stderr).toMatch(/^onhook: [^\n]+\n$/);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expectNoSecretIn(stderr);
}

describe.concurrent("a command ends with one sentence that names the setting", () => {
  const each = mistakes.map((mistake) => [mistake.what, mistake] as const);
  test.each(each)("%s", async (_, { way, settings, names }) => {
    const { env } = namesFor("secured-wrong", { ...settingsOf(kafka, way), ...settings(files()) });
    const trigger = triggerOf({ tenantId: newTenantId(), url: hooks.url });
    const startedAt = Date.now();
    const ended = await Promise.all([
      runProgram(["topics", "apply"], { env }),
      runProgram(["trigger", "put", "-"], { env, stdin: JSON.stringify(trigger) }),
    ]);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    for (const each of ended) expectOneSentence(each, names);
  });

  test("a user without rights", async () => {
    const { username, password } = stranger;
    const settings = { ...settingsOf(kafka, "plain"), ...login("plain", username, password) };
    const { env } = namesFor("secured-stranger", settings);
    const ended = await runProgram(["topics", "apply"], { env });
    expectOneSentence(ended, /TOPIC_AUTHORIZATION_FAILED/);
    expect(ended.stderr).toContain("refuse");
  });
});

describe.concurrent("the service goes on by itself", () => {
  test("once the registry takes its password, and the brokers theirs", async () => {
    await using proxy = await startLoginProxy(kafka.stack.registryUrl, registryLogin);
    const right = settingsOf(kafka, "scram-sha-512");
    const { env } = namesFor("secured-wait", right, proxy);
    await mustRun(["topics", "apply"], { env });
    const late = login("scram-sha-512", lateUser, wrong);
    await using service = startService({ ...env, ...late, ONHOOK_REGISTRY_PASSWORD: wrong });

    const waiting = await service.line(({ event }) => event === "service.waiting");
    expect(waiting["err"]).toMatchObject({ code: "REGISTRY_AUTH" });
    expect((await service.get("/readyz")).status).toBe(503);
    proxy.password = wrong;

    const reading = ({ event }: LogLine): boolean => event === "store.reading-failed";
    const refused = await service.line(reading);
    expect(refused["err"]).toMatchObject({
      code: "KAFKA_AUTH",
      message: expect.stringContaining("kafka.sasl.password"),
    });
    await service.line(() => service.log.filter(reading).length > 3);
    await addScramUser(kafka, lateUser, "scram-sha-512", wrong);
    await service.ready();
    expect(await service.stop()).toBe(0);
    expectNoSecretIn(`${JSON.stringify(service.log)}${await service.stderr}`);
  });

  test("after the registry refused its password, and no call has gone to quarantine", async () => {
    await using proxy = await startLoginProxy(kafka.stack.registryUrl, registryLogin);
    const { env, topics } = namesFor("secured-rotate", settingsOf(kafka, "plain"), proxy);
    await mustRun(["topics", "apply"], { env });
    await using platform = await createPlatform(kafka.stack, topics);
    await using service = await startReadyService(env);
    const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/rotated` });
    await platform.putTrigger(trigger);
    const fired = callOf(trigger.tenantId);
    await platform.call(fired);
    await hooks.until(() => hooks.counts.has(webhookIdOf(fired, trigger.triggerId)));

    proxy.password = "another one";
    const schema = { ...(schemaFile("call-ended") as object), doc: "a later version" } as Schema;
    const schemaId = await platform.register(topics.cdr, schema);
    const held = callOf(trigger.tenantId);
    const value = wireBytes(schemaId, avroTypeOf(schema).toBuffer(held));
    await platform.send(topics.cdr, held.tenantId, value);
    const told = await service.line(({ event }) => event === "transaction.aborted");
    expect(told["err"]).toMatchObject({ code: "REGISTRY_AUTH" });

    proxy.password = registryLogin.password;
    await hooks.until(() => hooks.counts.has(webhookIdOf(held, trigger.triggerId)));
    expect(await service.stop()).toBe(0);
    expect(await recordsOf(kafka.stack, topics.invalid)).toEqual([]);
  });
});

test("a receiver with a certificate of the operator's own authority is trusted, and no other one", async () => {
  const { server, otherServer } = kafka.certificates;
  const target = Number(new URL(hooks.url).port);
  await using trusted = await startTlsFront(target, server);
  await using untrusted = await startTlsFront(target, otherServer);
  const { env, topics } = namesFor("secured-hooks", {
    ...settingsOf(kafka, "plain"),
    ONHOOK_DELIVERY_CA_FILE: files().ca,
    ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "false",
  });
  await mustRun(["topics", "apply"], { env });
  const tenantId = newTenantId();
  const to = async (port: number): Promise<string> => {
    const url = `https://127.0.0.1:${port}/secured`;
    const trigger = triggerOf({ tenantId, url, action: { retries: 0 } });
    await mustRun(["trigger", "put", "-"], { env, stdin: JSON.stringify(trigger) });
    return trigger.triggerId;
  };
  const [taken, refused] = await Promise.all([to(trusted.port), to(untrusted.port)]);
  await using platform = await createPlatform(kafka.stack, topics);
  await using attempts = await followAttempts(kafka.stack, topics.attempts);
  await using service = await startReadyService(env);
  const call = callOf(tenantId);
  await platform.call(call);
  await attempts.until(() => attempts.all.length === 2);
  const outcomes = new Map(attempts.all.map((each) => [each.triggerId, each]));
  expect(outcomes.get(taken)).toMatchObject({ outcome: "delivered", status: 200 });
  expect(outcomes.get(refused)).toMatchObject({ outcome: "dead", reason: "tls", status: null });
  expect(hooks.of(webhookIdOf(call, taken))).toHaveLength(1);
  expect(hooks.of(webhookIdOf(call, refused))).toEqual([]);
  expect(await service.stop()).toBe(0);
});
