import { beforeAll, expect, onTestFinished, test } from "vitest";
import { ownNames } from "../support/e2e-names.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { startOidcProvider } from "../support/oidc-provider.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env } = ownNames(stack, "access");

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cookie: string;
}

/** The service with the role admin, once its API works. */
async function started(settings: Readonly<Record<string, string>> = {}) {
  const service = await startReadyService({ ...env, ...settings }, ["--roles", "admin"]);
  onTestFinished(() => service[Symbol.asyncDispose]());
  const { port } = await service.line(({ msg }) => msg === "listening");
  const origin = `http://127.0.0.1:${Number(port)}`;
  async function call(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: object,
  ): Promise<Answer> {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const cookie = answer.headers.getSetCookie().map((each) => each.split(";")[0] ?? "");
    const text = await answer.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as Answer["body"];
    return { status: answer.status, body: parsed, cookie: cookie.join("; ") };
  }
  await expect
    .poll(async () => (await call("GET", "/sign-in-options")).status, { timeout: 30_000 })
    .toBe(200);
  return { service, origin, call };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token.trim()}` });

test("from the first token by the command to a person signed in by a link, and nothing of it in the log", async () => {
  const { service, origin, call } = await started();
  const token = await mustRun(["token", "create", "--name", "portal", "--role", "operator"], {
    env,
  });
  await expect.poll(async () => (await call("GET", "/me", bearer(token))).status).toBe(200);
  const link = await mustRun(["sign-in-link", "--tenant", "t1", "--name", "Ada", "--url", origin], {
    env: { ...env, ONHOOK_TOKEN: token.trim() },
  });
  const { origin: at, hash } = new URL(link.trim());
  expect(at).toBe(origin);
  const code = hash.slice("#code=".length);
  const { status, body, cookie } = await call("POST", "/session", {}, { code });
  expect({ status, body }).toMatchObject({ status: 200, body: { name: "Ada", tenantId: "t1" } });
  expect((await call("GET", "/tenants/t1/triggers", { cookie })).status).toBe(200);
  expect((await call("GET", "/tenants/t2/triggers", { cookie })).status).toBe(404);
  expect((await call("POST", "/session", {}, { code })).status).toBe(401);

  const { body: listed } = await call("GET", "/tokens", bearer(token));
  const [{ tokenId }] = listed["items"] as [{ tokenId: string }];
  await mustRun(["token", "revoke", tokenId], { env });
  await expect.poll(async () => (await call("GET", "/me", { cookie })).status).toBe(401);
  expect((await call("GET", "/me", bearer(token))).body).toMatchObject({ code: "UNAUTHENTICATED" });

  const log = JSON.stringify(service.log);
  expect(log).toContain("access.sessions-end-here");
  expect(log).toContain("token-unknown");
  for (const secret of [token.trim(), token.trim().slice(-43), code, cookie.split("=")[1] ?? "?"])
    expect(log).not.toContain(secret);
  expect(await service.metric("onhook_refused_credentials_total", { reason: "link-used" })).toBe(1);
});

test("what people make and revoke by the API is told in the log of changes, with who it was", async () => {
  const { call } = await started();
  const operator = await mustRun(["token", "create", "--name", "ops", "--role", "operator"], {
    env,
  });
  await expect.poll(async () => (await call("GET", "/me", bearer(operator))).status).toBe(200);
  const wanted = { name: "CRM", expiresInDays: 1 };
  const made = await call("POST", "/tenants/t7/tokens", bearer(operator), wanted);
  expect(made).toMatchObject({ status: 201, body: { tenantId: "t7", role: "tenant-admin" } });
  const secret = String(made.body["secret"]);
  const me = await call("GET", "/me", bearer(secret));
  expect(me).toMatchObject({ status: 200, body: { tenantId: "t7", credential: "token" } });
  expect(me.body["scopes"]).not.toContain("values:reveal");
  const tokenId = String(made.body["tokenId"]);
  expect((await call("DELETE", `/tenants/t8/tokens/${tokenId}`, bearer(operator))).status).toBe(
    404,
  );
  expect((await call("DELETE", `/tenants/t7/tokens/${tokenId}`, bearer(operator))).status).toBe(
    204,
  );
  expect((await call("GET", "/me", bearer(secret))).status).toBe(401);
  const changes = async () => {
    const { body } = await call("GET", "/tenants/t7/changes", bearer(operator));
    return (body["items"] as { action: string; actorName: string; subject: string }[]).map(
      ({ action, actorName, subject }) => [action, actorName, subject],
    );
  };
  await expect.poll(changes, { timeout: 20_000 }).toEqual([
    ["token.revoked", "ops", tokenId],
    ["token.created", "ops", tokenId],
  ]);
});

test("a JWT of the provider counts, and where the provider is away the service goes on with what it knows", async () => {
  const provider = await startOidcProvider();
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const { call } = await started({ ONHOOK_ADMIN_OIDC_ISSUER: provider.issuer });
  const exp = Math.floor(Date.now() / 1000) + 300;
  const jwt = (sub: string) => provider.sign({ sub, exp, onhook_role: "support" });
  provider.setAway(true);
  expect(await call("GET", "/me", bearer(await jwt("ada")))).toMatchObject({
    status: 503,
    body: { code: "OIDC_UNREACHABLE" },
  });
  provider.setAway(false);
  const status = async () => (await call("GET", "/me", bearer(await jwt("ada")))).status;
  await expect.poll(status, { timeout: 15_000, interval: 500 }).toBe(200);
  provider.setAway(true);
  expect(await call("GET", "/me", bearer(await jwt("bob")))).toMatchObject({
    status: 200,
    body: { id: "oidc:bob", role: "support", credential: "oidc" },
  });
});

test("whose token may not make links is told so by the command", async () => {
  const { origin, call } = await started();
  const support = await mustRun(["token", "create", "--name", "s", "--role", "support"], { env });
  await expect.poll(async () => (await call("GET", "/me", bearer(support))).status).toBe(200);
  const { status, stderr } = await runProgram(["sign-in-link", "--tenant", "t1", "--url", origin], {
    env: { ...env, ONHOOK_TOKEN: support.trim() },
  });
  expect(status).toBe(1);
  expect(stderr).toContain("can't be used: FORBIDDEN: That needs the scope tokens:write");
});
