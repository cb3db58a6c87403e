import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiAnswer, ApiClient } from "../support/api-client.ts";
import { newTenantId } from "../support/e2e-samples.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
const t = `/tenants/${tenantId}`;
/** More than the stage itself needs until its tokens are known. */
const mostFailures = 200;
const maxBodyBytes = 65_536;
let stage: AdminStage;
let own: ApiClient;
let token: string;

beforeAll(async () => {
  stage = await startAdminStage(stack, "abuse", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: String(mostFailures),
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "500",
    ONHOOK_ADMIN_MAX_BODY_BYTES: String(maxBodyBytes),
    ONHOOK_ADMIN_SESSION_KEY: "of a test, and as long as it has to be",
  });
  token = await stage.token({ role: "tenant-admin", tenantId });
  own = stage.api(token);
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const problem = (answer: ApiAnswer): object => ({
  status: answer.status,
  code: (answer.json() as { readonly code?: unknown }).code,
});

describe("whoever guesses tokens", () => {
  const guess = `onhk_0123456789abcdef_${"a".repeat(43)}`;
  const from = "127.0.0.9";
  const guessing = (): Promise<ApiAnswer> => stage.api(guess).ask("GET", "/me", { from });

  it("has to wait, even with the right one, and is told for how long", async () => {
    const answers: ApiAnswer[] = [];
    for (let tries = 0; tries < mostFailures; tries += 1) answers.push(await guessing());
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    const refused = await guessing();
    expect(problem(refused)).toEqual({ status: 429, code: "TOO_MANY_ATTEMPTS" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect((await own.ask("GET", "/me", { from })).status).toBe(429);
    const body = { token };
    expect((await stage.api().ask("POST", "/session", { from, body })).status).toBe(429);
  });

  it("keeps nobody else out, and can't choose whom to count as", async () => {
    expect((await own.ask("GET", "/me")).status).toBe(200);
    expect((await own.ask("GET", "/me", { from: "127.0.0.10" })).status).toBe(200);
    // No proxy is trusted here, so that what a client says of where it comes from counts for nothing.
    const headers = { "x-forwarded-for": "203.0.113.7", forwarded: "for=203.0.113.7" };
    expect((await own.ask("GET", "/me", { from, headers })).status).toBe(429);
  });

  it("learns nothing from an answer: those to all that counts for nothing are the same", async () => {
    const [, id = ""] = token.split("_");
    const wrong = [
      guess,
      `onhk_${id}_${"a".repeat(43)}`,
      `${token}a`,
      "onhk_",
      "a.b.c",
      token.slice(1),
    ];
    const answers = await Promise.all(wrong.map((each) => stage.api(each).ask("GET", "/me")));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(problem(answers[0] as ApiAnswer)).toEqual({ status: 401, code: "UNAUTHENTICATED" });
  });
});

describe("whoever sends too much", () => {
  it("is told so of a body, before it has been sent", async () => {
    const body = JSON.stringify({ name: "a".repeat(maxBodyBytes), action: {} });
    const answer = await own.ask("POST", `${t}/triggers`, { body });
    expect(problem(answer)).toEqual({ status: 413, code: "BODY_TOO_LARGE" });
  });

  it("is cut off from a body that says nothing of its length", async () => {
    const socket = await opened();
    socket.write(
      `POST /api/v1${t}/triggers HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n` +
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    const chunk = `4000\r\n${"a".repeat(0x4000)}\r\n`;
    for (let sent = 0; sent <= maxBodyBytes; sent += 0x4000) socket.write(chunk);
    expect(await firstLine(socket)).toContain(" 413 ");
    socket.destroy();
  });

  it("is refused more headers than anybody needs", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`x-${index}`, "a".repeat(100)]),
    );
    expect((await own.ask("GET", "/me", { headers })).status).toBe(431);
  });

  it.each([1_000, 4_000])("is refused %i parameters of a query", async (count) => {
    const query = Array.from({ length: count }, (_, index) => `a${index}`).join("&");
    const { status } = await own.ask("GET", `${t}/deliveries?${query}`);
    expect(status).toBeOneOf([400, 414, 431]);
  });

  it("is refused the same parameter twice, and one that nobody knows, by its name", async () => {
    for (const query of ["limit=1&limit=200", "admin=true"]) {
      const answer = await own.ask("GET", `${t}/deliveries?${query}`);
      expect(problem(answer)).toEqual({ status: 400, code: "REQUEST_INVALID" });
      expect(answer.text).toMatch(/limit|admin/);
    }
  });

  it("has to wait after so many requests in a minute, whoever it is", async () => {
    const busy = stage.api(await stage.token({ role: "support" }));
    let answer = await busy.ask("GET", "/me");
    for (let count = 0; count < 600 && answer.status === 200; count += 1)
      answer = await busy.ask("GET", "/me");
    expect(problem(answer)).toEqual({ status: 429, code: "TOO_MANY_REQUESTS" });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect((await own.ask("GET", "/me")).status).toBe(200);
  });
});

async function opened(): Promise<Socket> {
  const socket = connect(Number(new URL(stage.url).port), "127.0.0.1");
  // What is cut off is what the test is about.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function firstLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString().split("\r\n", 1)[0] ?? "";
}

describe("whoever never comes to an end", () => {
  it("holds up nobody else, be it in the head of a request or in its body", async () => {
    const heads = await Promise.all(Array.from({ length: 200 }, opened));
    for (const socket of heads) socket.write("GET /api/v1/me HTTP/1.1\r\nhost: a\r\nx-slow: ");
    const bodies = await Promise.all(Array.from({ length: 50 }, opened));
    for (const socket of bodies)
      socket.write(
        `POST /api/v1${t}/triggers HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n` +
          'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"name":',
      );
    for (const socket of heads) socket.write("a");
    const began = performance.now();
    expect((await own.ask("GET", "/me")).status).toBe(200);
    expect((await stage.service.get("/healthz")).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(2000);
    for (const socket of [...heads, ...bodies]) socket.destroy();
  });
});

describe("whoever asks for files", () => {
  const outside = [
    "/portal/../package.json",
    "/portal/x/../../../package.json",
    "/portal/%2e%2e/%2e%2e/package.json",
    "/portal/..%2f..%2fpackage.json",
    "/portal/%252e%252e%252fpackage.json",
    "/portal/..\\..\\package.json",
    "/portal/....//....//etc/passwd",
    "/en-GB/webhooks/../../../../etc/passwd",
    "/en-GB/webhooks/..%2f..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/portal/%00",
    "/%c0%ae%c0%ae/etc/passwd",
    "/portal/file:///etc/passwd",
    "/src/main.ts",
    "/.git/config",
  ];

  it.each(outside)("gets none by %s", async (path) => {
    const { status, text } = await stage.api().raw("GET", path);
    expect(text).not.toMatch(/"dependencies"|root:x:0|\[core\]|node:fs/);
    expect(status).toBeOneOf([200, 302, 400, 404]);
    // The portal's page answers for every address of its own, and is the same for all.
    expect(status !== 200 || text.includes('<div id="portal">')).toBe(true);
  });
});
