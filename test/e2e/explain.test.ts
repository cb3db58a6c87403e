import { beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "explain", { ONHOOK_TOPICS_CDR_PARTITIONS: "1" });

const tenantId = newTenantId();
const missed = callOf(tenantId, { cliNum: "+15550100123", dur: 12, lost: 1 });
const taken = callOf(tenantId, { cliNum: "+15550100456", dur: 90, lost: 0, ddiName: "Sales" });
const anothers = callOf(newTenantId(), { cliNum: "+15550100789", dur: 5, lost: 1 });

const trigger = {
  ...triggerOf({
    tenantId,
    url: "https://crm.example.com/",
    filters: [when("lost", "eq", "1"), when("cliNum", "prefix", "+1555"), when("dur", "lt", "60")],
  }),
  name: "Missed",
};
const later = { ...triggerOf({ tenantId, url: "https://crm.example.com/" }), createdAt: 2 ** 42 };

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  await using platform = await createPlatform(stack, topics);
  await platform.putTrigger(trigger);
  await platform.putTrigger(later);
  await platform.putTrigger({ ...trigger, action: { ...trigger.action, retries: 99 } });
  await platform.call(missed, taken, anothers);
  await platform.send(topics.cdr, "broken", Buffer.from("no call"));
});

const explain = (...args: string[]): Promise<string> => mustRun(["explain", ...args], { env });
const saved = ["--trigger", trigger.triggerId];

interface Explanation {
  readonly fires: boolean;
  readonly conditions: readonly { readonly holds: boolean; readonly has: readonly unknown[] }[];
  readonly obstacles: readonly { readonly kind: string; readonly blocks: boolean }[];
}

async function explained(...args: string[]): Promise<Explanation> {
  return JSON.parse(await explain(...args, "--json")) as Explanation;
}

describe("a call that a trigger fires for", () => {
  test.concurrent("is shown condition by condition, its texts masked", async () => {
    const out = await explain(...saved, "--call", missed.cdr.id);
    expect(out).toContain(`trigger ${trigger.triggerId} Missed fires`);
    expect(out).toMatch(/^✓ +lost eq 1 +1$/m);
    expect(out).toMatch(/^✓ +cliNum prefix \+1555 +\*\*\*23$/m);
    expect(out).toMatch(/^✓ +dur lt 60 +12$/m);
    expect(out).toMatch(/^! a newer version, at offset 2, was refused.*action\.retries/m);
    expect(out).not.toContain("+15550100123");
  });

  test.concurrent("is shown as it is where that is asked for, and by its place too", async () => {
    const [record] = await recordsOf(stack, topics.cdr);
    const at = ["--partition", String(record?.partition), "--offset", String(record?.offset)];
    expect(await explain(...saved, ...at, "--show-values")).toContain("+15550100123");
  });
});

describe("a call that it does not fire for", () => {
  test.concurrent("says which condition it is", async () => {
    const { fires, conditions } = await explained(...saved, "--call", taken.cdr.id);
    expect(fires).toBe(false);
    expect(conditions.map(({ holds, has }) => ({ holds, has }))).toEqual([
      { holds: false, has: [0] },
      { holds: true, has: ["***56"] },
      { holds: false, has: [90] },
    ]);
  });

  test.concurrent("says what is in the way besides the conditions", async () => {
    const other = await explained(...saved, "--call", anothers.cdr.id);
    expect(other.conditions.every(({ holds }) => holds)).toBe(true);
    expect(other.fires).toBe(false);
    expect(other.obstacles).toMatchObject([
      { kind: "other-tenant", blocks: true },
      { kind: "newer-version-refused", blocks: false },
    ]);
    const tooYoung = await explained("--trigger", later.triggerId, "--call", missed.cdr.id);
    expect(tooYoung).toMatchObject({ fires: false, obstacles: [{ kind: "created-later" }] });
  });
});

test.concurrent("a trigger of a file is explained without being saved, its request left aside", async () => {
  const filters = [{ field: "ddiName", op: "exists" }];
  const stdin = stringify({ tenantId, name: "Draft", filters });
  const options = { env, stdin };
  const out = await mustRun(["explain", "--file", "-", "--call", taken.cdr.id], options);
  expect(out).toMatch(/^trigger .* Draft fires$/m);
  const wrong = {
    env,
    stdin: stringify({ tenantId, filters: [{ field: "ddiNam", op: "exists" }] }),
  };
  expect(await runProgram(["explain", "--file", "-", "--call", "x"], wrong)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("filters[0].field: is not a property of the CDR"),
  });
});

test.concurrent("of many calls it counts for how many it fires, and which condition is in the way", async () => {
  const out = await explain(...saved, "--from", "1h");
  expect(out).toContain("fires for 1 of 2 calls of its tenant");
  expect(out).toMatch(/^lost eq 1 +1 +0 +0$/m);
  expect(out).toMatch(/^cliNum prefix \+1555 +0 +0 +0$/m);
  expect(out).toContain("! 1 calls of that time can't be read");
  const newest = await explain(...saved, "--limit", "1");
  expect(newest).toContain("fires for 0 of the last 1 calls of its tenant");
});

test.concurrent.each([
  [["--call", "x"], "one of --trigger and --file"],
  [[...saved, "--offset", "1"], "--partition and --offset go together"],
  [[...saved, "--call", "x", "--partition", "0", "--offset", "1"], "Say which call by one of"],
  [[...saved, "--call", "none-such"], "none with that id came from"],
  [[...saved, "--partition", "0", "--offset", "99"], "has the offsets from 0 to 3"],
  [[...saved, "--partition", "7", "--offset", "0"], "has the partitions 0 to 0"],
  [[...saved, "--partition", "0", "--offset", "3"], "can not be read"],
  [["--trigger", "7c9e6679-7425-40de-944b-000000000000"], "There is no trigger"],
] as const)("%j is refused in words", async (args, words) => {
  expect(await runProgram(["explain", ...args], { env })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(words),
  });
});
