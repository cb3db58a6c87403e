import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSigningSecret } from "../../src/secrets/signing-secret.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { followRecords, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "key-rotation");
const key = (id: string): string => `${id}:${randomBytes(32).toString("base64")}`;
const [k1, k2] = [key("k1"), key("k2")];
const triggerType = avroTypeOf(schemaFile("trigger"));
let folder: string;
let platform: Platform;
let hooks: Hooks;
/** Environments with the first key, with the second and then the first, and with the second alone. */
let first: Record<string, string>;
let both: Record<string, string>;
let second: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "key-rotation-"));
  const file = join(folder, "keys");
  await writeFile(file, `# the keys of a test\n\n${k2}\n${k1}\n`);
  first = { ...env, ONHOOK_SECRETS_KEYS: k1 };
  both = { ...env, ONHOOK_SECRETS_KEYS_FILE: file };
  second = { ...env, ONHOOK_SECRETS_KEYS: k2, ONHOOK_SECRETS_REQUIRE_ENCRYPTED: "true" };
  await mustRun(["topics", "apply"], { env });
  platform = await createPlatform(stack, topics);
  hooks = await startHooks();
});

afterAll(async () => {
  await hooks?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The newest event of each trigger, as the topic has it. */
async function newest(): Promise<Map<string, Trigger>> {
  const events = await recordsOf(stack, topics.triggers);
  return new Map(
    events.map(({ key: triggerId, value }) => [
      String(triggerId),
      triggerType.fromBuffer((value as Buffer).subarray(5)) as Trigger,
    ]),
  );
}

const keyOf = (trigger: Trigger | undefined): string =>
  trigger?.action.secrets[0]?.split(":").slice(0, 3).join(":") ?? "";

test("keys are changed under a service that runs, and nobody misses a webhook", async () => {
  const secret = newSigningSecret("hmac");
  const tenantId = newTenantId();
  const idea = { tenantId, url: hooks.url, action: { secrets: [secret] } };
  const [encrypted, plain, without] = [
    triggerOf(idea),
    triggerOf(idea),
    triggerOf({ ...idea, action: {} }),
  ];
  await mustRun(["trigger", "put", "-"], { env: first, stdin: JSON.stringify(encrypted) });
  await platform.putTrigger(plain);
  await platform.putTrigger(without);
  await using service = await startReadyService(both);

  async function delivered(): Promise<boolean[]> {
    const before = hooks.all.length;
    await platform.call(callOf(tenantId));
    await hooks.until(() => hooks.all.length === before + 3);
    return hooks.all.slice(before).map(({ headers, body }) => {
      if (headers["webhook-signature"] === undefined) return false;
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    });
  }

  expect((await delivered()).filter(Boolean)).toHaveLength(2);
  expect(await mustRun(["secrets", "rotate"], { env: both })).toBe(
    "encrypted 2 of 3 triggers with key k2; the others needed nothing\n",
  );
  const events = await recordsOf(stack, topics.triggers);
  await service.hasApplied(Number(events.at(-1)?.offset));
  expect((await delivered()).filter(Boolean)).toHaveLength(2);
  const now = await newest();
  for (const { triggerId } of [encrypted, plain])
    expect(keyOf(now.get(triggerId))).toBe("enc:v1:k2");
  expect(await mustRun(["secrets", "rotate"], { env: both })).toMatch(/^encrypted 0 of 3 /);
  // Now the old key can go, and secrets in plain with it.
  for (const { triggerId } of [encrypted, plain, without])
    expect(await mustRun(["trigger", "get", triggerId], { env: second })).toMatch(/^# active\n/);
});

test("who lacks the key keeps the last version that can be read, says so, and overwrites nothing", async () => {
  const trigger = triggerOf({
    tenantId: newTenantId(),
    url: hooks.url,
    action: { secrets: [newSigningSecret("hmac")] },
  });
  await mustRun(["trigger", "put", "-"], {
    env: first,
    stdin: JSON.stringify({ ...trigger, name: "old" }),
  });
  await mustRun(["trigger", "put", "-"], {
    env: both,
    stdin: JSON.stringify({ ...trigger, name: "new" }),
  });
  const got = await mustRun(["trigger", "get", trigger.triggerId], { env: first });
  expect(got).toContain("name: old\n");
  expect(got).toContain(
    "- action.secrets[0]: is encrypted with the key k2, which the key ring does not have",
  );
  const rotated = await runProgram(["secrets", "rotate"], { env: first });
  expect(rotated.status).toBe(1);
  expect(rotated.stderr).toMatch(
    new RegExp(`left ${trigger.triggerId}: its event at offset \\d+ was refused`),
  );
  const changed = await runProgram(["trigger", "secret", trigger.triggerId, "--rotate"], {
    env: first,
  });
  expect([changed.status, changed.stdout]).toEqual([1, ""]);
  expect(changed.stderr).toContain("An older version must not overwrite it");
  expect((await newest()).get(trigger.triggerId)?.name).toBe("new");
});

test("secrets in plain that are refused meanwhile are mended by encrypting them", async () => {
  const action = { secrets: [newSigningSecret("hmac")] };
  const { triggerId, ...rest } = triggerOf({ tenantId: newTenantId(), url: hooks.url, action });
  await platform.putTrigger({ triggerId, ...rest });
  const refused = await runProgram(["trigger", "get", triggerId], { env: second });
  expect(refused.stderr).toContain(
    "- action.secrets[0]: is not encrypted, which secrets.requireEncrypted asks for",
  );
  const strict = { ...both, ONHOOK_SECRETS_REQUIRE_ENCRYPTED: "true" };
  expect(await mustRun(["secrets", "rotate"], { env: strict })).toMatch(/^encrypted 1 of /);
  expect(await mustRun(["trigger", "get", triggerId], { env: second })).toMatch(/^# active\n/);
});

test("a trigger that is edited while keys are changed keeps the edit", async () => {
  const tenantId = newTenantId();
  const action = { secrets: [newSigningSecret("hmac")] };
  const triggers = Array.from({ length: 60 }, () =>
    triggerOf({ tenantId, url: hooks.url, action }),
  );
  for (const trigger of triggers) await platform.putTrigger(trigger);
  await using events = await followRecords(stack, topics.triggers);
  const isEncrypted = (trigger: Trigger): boolean =>
    events.all.some(
      (event) => String(event.key) === trigger.triggerId && event.value?.includes("enc:v1:"),
    );
  const rotating = mustRun(["secrets", "rotate"], { env: both });
  // Each is edited once, just when it is its turn: so many edits come between its being read and its being written.
  for (const [index, trigger] of triggers.entries()) {
    const before = triggers[index - 1];
    if (before !== undefined) await events.until(() => isEncrypted(before));
    await platform.putTrigger({ ...trigger, name: "edited" });
  }
  await rotating;
  const now = await newest();
  const names = triggers.map(({ triggerId }) => now.get(triggerId)?.name);
  expect(names.filter((name) => name !== "edited")).toEqual([]);
});

test.each([
  [
    "that is not there",
    "/no/such/keys",
    "secrets.keysFile names /no/such/keys, which can not be read (ENOENT)",
  ],
  [
    "that holds none",
    join(import.meta.dirname, "key-rotation.test.ts"),
    /line 1 of .*key-rotation\.test\.ts \(secrets\.keysFile\) is not an id, a colon and the base64 of 32 bytes/,
  ],
])("a file of keys %s is named", async (_what, file, problem) => {
  const { status, stderr } = await runProgram(["trigger", "list"], {
    env: { ...env, ONHOOK_SECRETS_KEYS_FILE: file },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(problem);
});
