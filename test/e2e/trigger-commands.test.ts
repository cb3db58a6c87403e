import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun, repository, runProgram } from "../support/e2e-program.ts";
import type { Ended } from "../support/e2e-program.ts";
import { recordsOf } from "../support/e2e-records.ts";
import { newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { useStack } from "../support/stack.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

const stack = useStack();
const { env: allowing, topics } = ownNames(stack, "trigger-commands");
/** As in earnest: https alone. */
const env = { ...allowing, ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "false" };
const example = join(repository, "docs/examples/trigger.yaml");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trigger-commands-"));
  await mustRun(["topics", "apply"], { env });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const onhook = (...args: string[]): Promise<string> => mustRun(args, { env });
const put = (value: unknown): Promise<Ended> =>
  runProgram(["trigger", "put", "-"], { env, stdin: JSON.stringify(value) });

async function listed(...args: string[]): Promise<(Trigger & { status: string })[]> {
  const lines = (await onhook("trigger", "list", "--json", ...args)).trimEnd().split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Trigger & { status: string });
}

const newSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;

test("the example is put, listed, got, put again from what was got, and deleted", async () => {
  const { triggerId, tenantId, name } = parse(readFileSync(example, "utf8")) as Trigger;
  expect(await onhook("trigger", "put", example)).toBe(`created ${triggerId} (active)\n`);
  expect(await onhook("trigger", "put", example)).toBe(`replaced ${triggerId} (active)\n`);
  const [own, others, table, got] = await Promise.all([
    listed("--tenant", tenantId),
    listed("--tenant", newTenantId()),
    onhook("trigger", "list"),
    onhook("trigger", "get", triggerId),
  ]);
  expect(own).toMatchObject([{ triggerId, status: "active" }]);
  expect(others).toEqual([]);
  const [head, row] = table.split("\n");
  expect(head).toMatch(/^TRIGGER +TENANT +STATUS +METHOD +HOST +NAME$/);
  expect(row).toBe(`${triggerId}  ${tenantId}  active  POST    crm.example.com  ${name}`);
  const again = join(folder, "got.yaml");
  await writeFile(again, got);
  expect(await onhook("trigger", "put", again)).toBe(`replaced ${triggerId} (active)\n`);
  expect(await onhook("trigger", "get", triggerId)).toBe(got);
  expect(await onhook("trigger", "delete", triggerId)).toBe(`deleted ${triggerId}\n`);
  expect(await listed()).toEqual([]);
});

test("JSON on standard input is taken too, and what is left out gets its default", async () => {
  const tenantId = newTenantId();
  const { status, stdout } = await put({ tenantId, action: { url: "https://crm.example.com/" } });
  expect(status).toBe(0);
  const [, triggerId] = /^created ([\da-f-]{36}) \(active\)\n$/.exec(stdout) ?? [];
  expect(await listed("--tenant", tenantId)).toMatchObject([
    {
      triggerId,
      enabled: true,
      filters: [],
      action: { method: "POST", format: "json", retries: 1, customData: {}, secrets: [] },
    },
  ]);
});

test("secrets are masked wherever they are shown, and kept where the mask is put back", async () => {
  const [first, second] = [newSecret(), newSecret()];
  const url = "https://crm.example.com/";
  const trigger = triggerOf({ tenantId: newTenantId(), url, action: { secrets: [first] } });
  const { triggerId } = trigger;
  const withSecrets = (...secrets: string[]) => ({
    ...trigger,
    action: { ...trigger.action, secrets },
  });
  expect((await put(trigger)).status).toBe(0);
  const mask = "whsec_***";
  const [got, list] = await Promise.all([
    onhook("trigger", "get", triggerId),
    listed("--tenant", trigger.tenantId),
  ]);
  expect(parse(got)).toEqual(withSecrets(mask));
  expect(list).toMatchObject([{ action: { secrets: [mask] } }]);
  // A secret is changed by putting the new one in front, and later leaving out the old one.
  expect((await put(withSecrets(second, mask))).status).toBe(0);
  expect((await put(withSecrets(mask, mask))).status).toBe(0);
  expect((await put(withSecrets(mask))).status).toBe(0);
  const events = (await recordsOf(stack, topics.triggers))
    .filter(({ key }) => String(key) === triggerId)
    .map(({ value }) => [first, second].filter((secret) => value?.includes(secret)));
  expect(events).toEqual([[first], [first, second], [first, second], [second]]);
  const refused = await put(withSecrets(mask, mask));
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("- action.secrets[1]: ");
});

test("a bad trigger is refused with every field named, and nothing is written", async () => {
  const before = (await recordsOf(stack, topics.triggers)).length;
  const secret = "whsec_not-so-secret";
  const { status, stdout, stderr } = await put({
    triggerId: "7",
    tenantId: "",
    nam: "a typing mistake",
    enabled: "yes",
    filters: [
      { field: "durr", op: "eq", values: ["1"] },
      { field: "dur", op: "prefix", values: ["1"] },
      { field: "dur", op: "gt", values: ["long"] },
    ],
    action: { url: "http://crm.example.com/", method: "DELETE", retries: 11, secrets: [secret] },
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  const [head, ...problems] = stderr.trimEnd().split("\n");
  expect(head).toBe("onhook: standard input is not a valid trigger:");
  expect(new Set(problems.map((line) => /^- (\S+): ./.exec(line)?.[1]))).toEqual(
    new Set([
      "triggerId",
      "tenantId",
      "nam",
      "enabled",
      "filters[0].field",
      "filters[1].op",
      "filters[2].values",
      "action.url",
      "action.method",
      "action.retries",
      "action.secrets[0]",
    ]),
  );
  expect(stderr).not.toContain(secret);
  expect(await recordsOf(stack, topics.triggers)).toHaveLength(before);
});

test.concurrent.each([
  ["no YAML", "a: [", "standard input is not a trigger: it is no YAML at line 1, column 5: "],
  ["a list", "[1, 2]", "standard input is not a trigger: it is not a mapping"],
  ["nothing", "", "standard input is not a trigger: it is not a mapping"],
  [
    "aliases of aliases",
    [
      "a: &a [1,1,1]",
      "b: &b [*a,*a,*a,*a,*a]",
      "c: &c [*b,*b,*b,*b,*b]",
      "d: [*c,*c,*c,*c,*c]",
    ].join("\n"),
    "standard input is not a trigger: it has an alias ",
  ],
])("a file that holds %s is refused without a stack", async (_what, stdin, message) => {
  const { status, stderr } = await runProgram(["trigger", "put", "-"], { env, stdin });
  expect(status).toBe(1);
  expect(stderr).toContain(`onhook: ${message}`);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

test.concurrent.each([
  ["an unclosed quote", (secret: string) => `action:\n  secrets: ["${secret}`, "line 2"],
  ["an unknown alias", (secret: string) => `action: *${secret}`, "has an alias"],
  ["a token that does not belong there", (secret: string) => `a: b\n@${secret}`, "line 2"],
])("a file with %s does not have its secrets shown", async (_what, file, told) => {
  const secret = newSecret();
  const { status, stderr } = await runProgram(["trigger", "put", "-"], {
    env,
    stdin: file(secret),
  });
  expect(status).toBe(1);
  expect(stderr).toContain(told);
  expect(stderr).not.toContain(secret);
});

test("a file that is not there is named", async () => {
  const { status, stderr } = await runProgram(["trigger", "put", "/no/such/file"], { env });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^onhook: \/no\/such\/file can not be read: [^\n]*\n$/);
});

test.concurrent.each(["get", "delete"])("to %s a trigger that there is not fails", async (verb) => {
  const triggerId = randomUUID();
  const { status, stderr } = await runProgram(["trigger", verb, triggerId], { env });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `onhook: There is no trigger ${triggerId}\n`,
  });
});

test.concurrent.each(["get", "delete"])("to %s by what is no id says so", async (verb) => {
  const { status, stderr } = await runProgram(["trigger", verb, "7\u001b[2J"], { env });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "onhook: 7\\u001b[2J is not a trigger's id, which is a GUID\n",
  });
});

test("an id is saved and found in small letters, however it is written", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: "https://crm.example.com/" });
  const { triggerId } = trigger;
  const capitals = triggerId.toUpperCase();
  const { stdout } = await put({ ...trigger, triggerId: capitals });
  expect(stdout).toBe(`created ${triggerId} (active)\n`);
  expect((await put(trigger)).stdout).toBe(`replaced ${triggerId} (active)\n`);
  expect(parse(await onhook("trigger", "get", capitals))).toMatchObject({ triggerId });
  expect(await onhook("trigger", "delete", capitals)).toBe(`deleted ${triggerId}\n`);
});

test("one that another producer has saved in capitals is found by those alone", async () => {
  const { triggerId: id, ...rest } = triggerOf({
    tenantId: newTenantId(),
    url: "https://crm.example.com/",
  });
  const triggerId = id.toUpperCase();
  await using platform = await createPlatform(stack, topics);
  await platform.putTrigger({ ...rest, triggerId });
  expect((await put({ ...rest, triggerId })).stdout).toBe(`replaced ${triggerId} (active)\n`);
  const { status } = await runProgram(["trigger", "get", id], { env });
  expect(status).toBe(1);
  expect(await onhook("trigger", "delete", triggerId)).toBe(`deleted ${triggerId}\n`);
});

test("a trigger of which no event is valid is listed as refused, told why, and deleted", async () => {
  const tenantId = newTenantId();
  const secret = newSecret();
  const action = { secrets: [secret] };
  const { triggerId, ...rest } = triggerOf({ tenantId, url: "http://crm.example.com/", action });
  await using platform = await createPlatform(stack, topics);
  const offset = await platform.putTrigger({ triggerId, ...rest, name: "\u001b[2Jgone" });
  const table = await onhook("trigger", "list", "--tenant", tenantId);
  expect(table.split("\n")[1]).toBe(
    `${triggerId}  ${tenantId}  refused  -       -     (event at offset ${offset})`,
  );
  expect(await listed("--tenant", tenantId)).toMatchObject([
    { triggerId, status: "refused", offset, problems: expect.anything() },
  ]);
  expect(await onhook("trigger", "list", "--json")).not.toContain(secret);
  const { status, stdout, stderr } = await runProgram(["trigger", "get", triggerId], { env });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).not.toContain(secret);
  expect(stderr).toMatch(/^- name: has a control character$/m);
  expect(stderr).toMatch(/^- action\.url: is not an absolute https address/m);
  expect(await onhook("trigger", "delete", triggerId)).toBe(`deleted ${triggerId}\n`);
  expect(await listed("--tenant", tenantId)).toEqual([]);
});

test("a valid trigger whose newest event was refused is shown with what was wrong with that", async () => {
  const tenantId = newTenantId();
  const trigger = triggerOf({ tenantId, url: "https://crm.example.com/" });
  const { triggerId } = trigger;
  await using platform = await createPlatform(stack, topics);
  await platform.putTrigger(trigger);
  const offset = await platform.putTrigger({ ...trigger, name: "\n" });
  const got = await onhook("trigger", "get", triggerId);
  expect(got).toContain(`# A newer version, at offset ${offset}, was refused:\n# - name: has`);
  expect(parse(got)).toEqual(trigger);
  expect((await listed("--tenant", tenantId)).map((each) => each.status).toSorted()).toEqual([
    "active",
    "refused",
  ]);
});

test("a trigger beyond the licence is taken, and told that it does not fire", async () => {
  const tenantId = newTenantId();
  await using platform = await createPlatform(stack, topics);
  await platform.putTenant({ tenantId, name: "", maxTriggers: 1, suspended: false });
  const url = "https://crm.example.com/";
  expect((await put(triggerOf({ tenantId, url }))).stdout).toContain("(active)");
  const late = { ...triggerOf({ tenantId, url }), createdAt: Date.now() };
  const { status, stdout, stderr } = await put(late);
  expect(status).toBe(0);
  expect(stdout).toBe(`created ${late.triggerId} (over-licence)\n`);
  expect(stderr).toMatch(/licence .* does not fire/);
});
