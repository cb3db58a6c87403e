import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { ApiToken } from "../../src/access/api-token.ts";
import { isSecretOf, readTokenText } from "../../src/access/token-text.ts";
import type { ChangeRecord } from "../../src/history/change-record.ts";
import { ownNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { recordsOf } from "../support/e2e-records.ts";
import { listen } from "../support/loopback-receiver.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "token-commands");
const tokenType = avroTypeOf(schemaFile("api-token"));
const changeType = avroTypeOf(schemaFile("change-record"));

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
});

const onhook = (...args: string[]): Promise<string> => mustRun(["token", ...args], { env });
const operator = ["--name", "ops", "--role", "operator"];

async function listed(...args: string[]): Promise<(ApiToken & { expiresAt: string | null })[]> {
  const lines = (await onhook("list", "--json", ...args)).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as ApiToken & { expiresAt: string | null });
}

/** What the topics hold, read without the service's own codec. */
async function changes(): Promise<ChangeRecord[]> {
  const records = await recordsOf(stack, topics.changes);
  return records.map(({ value }) => changeType.fromBuffer(value?.subarray(5) ?? Buffer.alloc(0)));
}

test("a token is made, printed alone, listed without its secret, and revoked; each change is told", async () => {
  const printed = await onhook("create", ...operator);
  const text = printed.trimEnd();
  const { tokenId, secret } = readTokenText(text) ?? { tokenId: "", secret: "" };
  expect(printed).toBe(`onhk_${tokenId}_${secret}\n`);
  const records = await recordsOf(stack, topics.tokens);
  const kept = records.find(({ key }) => String(key) === tokenId)?.value ?? Buffer.alloc(0);
  expect(kept.includes(secret)).toBe(false);
  const token = tokenType.fromBuffer(kept.subarray(5)) as ApiToken;
  expect(token).toMatchObject({ tokenId, name: "ops", role: "operator", tenantId: null });
  expect(token).toMatchObject({ scopes: [], createdBy: "command" });
  expect((token.expiresAt ?? 0) - token.createdAt).toBe(365 * 86_400_000);
  expect(isSecretOf(secret, token.hash)).toBe(true);
  const mine = (await listed()).find((each) => each.tokenId === tokenId);
  expect(mine?.scopes).toContain("tenants:write");
  expect(JSON.stringify(mine)).not.toContain(token.hash);
  expect(await onhook("revoke", tokenId)).toBe(`revoked ${tokenId}\n`);
  expect((await listed()).map((each) => each.tokenId)).not.toContain(tokenId);
  const told = (await changes()).filter(({ subject }) => subject === tokenId);
  expect(told.map(({ action, actorId }) => [action, actorId])).toEqual([
    ["token.created", "command"],
    ["token.revoked", "command"],
  ]);
});

test("a tenant's token has its scopes and its end, and is found by its tenant", async () => {
  const ofTenant = ["--role", "tenant-admin", "--tenant", "t1", "--name", "CRM"];
  await onhook(
    "create",
    ...ofTenant,
    "--scopes",
    "calls:read, deliveries:read",
    "--expires-days",
    "never",
  );
  expect(await listed("--tenant", "t1")).toMatchObject([
    { tenantId: "t1", scopes: ["calls:read", "deliveries:read"], expiresAt: null },
  ]);
  expect(await listed("--tenant", "t2")).toEqual([]);
  const [head, row] = (await onhook("list", "--tenant", "t1")).split("\n");
  expect(head).toMatch(/^TOKEN +ROLE +TENANT +EXPIRES +MADE BY +SCOPES +NAME$/);
  expect(row).toMatch(
    /^[\da-f]{16} +tenant-admin +t1 +never +command +calls:read,deliveries:read +CRM$/,
  );
});

test.each([
  ["a tenant-admin without a tenant", ["--role", "tenant-admin"], "name it in tenantId"],
  [
    "a scope that the role has not",
    ["--role", "support", "--scopes", "triggers:write"],
    "the role support has no scope triggers:write",
  ],
  [
    "a scope that there is not",
    ["--role", "operator", "--scopes", "moon:land"],
    "the role operator has no scope moon:land",
  ],
  ["no scope at all", ["--role", "operator", "--scopes", ","], "--scopes"],
  ["a role that there is not", ["--role", "root"], "--role"],
  [
    "an end that is no number of days",
    ["--role", "support", "--expires-days", "0"],
    "--expires-days",
  ],
])("%s is refused by name, and nothing is written", async (_, args, problem) => {
  const before = (await recordsOf(stack, topics.tokens)).length;
  const { status, stdout, stderr } = await runProgram(["token", "create", "--name", "x", ...args], {
    env,
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(problem);
  expect(await recordsOf(stack, topics.tokens)).toHaveLength(before);
});

test("an unknown token can't be revoked", async () => {
  const { status, stderr } = await runProgram(["token", "revoke", "0000"], { env });
  expect({ status, stderr }).toEqual({ status: 1, stderr: "onhook: There is no token 0000\n" });
});

test("events that are no tokens are passed over", async () => {
  await using platform = await createPlatform(stack, topics);
  await platform.send(topics.tokens, "noise", Buffer.from("noise"));
  await platform.send(topics.tokens, "hostile", Buffer.from("0000000001ffffffff0f", "hex"));
  const text = (await onhook("create", ...operator)).trimEnd();
  const ids = (await listed()).map(({ tokenId }) => tokenId);
  expect(ids).toContain(readTokenText(text)?.tokenId);
  expect(ids).not.toContain("noise");
});

test("a sign-in link is asked for with the token of the environment, and what the service says against it is told", async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      asked.push({
        url: request.url,
        by: request.headers.authorization,
        body: await json(request),
      });
      const isKnown = request.headers.authorization === "Bearer onhk_right";
      const made = {
        url: "http://x/en-GB/webhooks/sign-in#code=c",
        expiresAt: "2026-01-01T00:00:00Z",
      };
      const refused = { code: "UNAUTHENTICATED", detail: "Nobody is signed in" };
      response
        .writeHead(isKnown ? 201 : 401, { "content-type": "application/json" })
        .end(JSON.stringify(isKnown ? made : refused));
    })();
  });
  const { port, [Symbol.asyncDispose]: close } = await listen(server);
  onTestFinished(() => close());
  const link = (token: Readonly<Record<string, string>>, at = port) =>
    runProgram(["sign-in-link", "--tenant", "t1", "--url", `http://127.0.0.1:${at}`], {
      env: { ...env, ...token },
    });
  const made = await link({ ONHOOK_TOKEN: "onhk_right" });
  expect(made).toMatchObject({ status: 0, stdout: "http://x/en-GB/webhooks/sign-in#code=c\n" });
  expect(asked).toEqual([
    {
      url: "/api/v1/sign-in-links",
      by: "Bearer onhk_right",
      body: { tenantId: "t1", name: "command line", locale: "en-GB", validSeconds: 300 },
    },
  ]);
  const wrong = await link({ ONHOOK_TOKEN: "onhk_wrong" });
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain("UNAUTHENTICATED: Nobody is signed in");
  expect((await link({})).stderr).toContain("ONHOOK_TOKEN is not set");
  expect((await link({ ONHOOK_TOKEN: "onhk_right" }, 1)).stderr).toMatch(/can't be used: /);
});
