import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { createHealthServer } from "../../src/admin/health-server.ts";
import type { Check } from "../../src/admin/health-server.ts";

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(checks: { alive?: Check[]; ready?: Check[] } = {}) {
  const server = createHealthServer({
    host: "127.0.0.1",
    port: 0,
    checks: { alive: () => checks.alive ?? [], ready: () => checks.ready ?? [] },
    metrics: async (accept) => ({
      contentType: "text/plain; version=0.0.4",
      body: `onhook_jobs_total 3\n# for ${accept}\n`,
    }),
  });
  const { port } = await server.start();
  open.push(() => server.close());
  const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { server, port, get };
}

const joined: Check = { name: "match consumer", ok: true, detail: "6 partitions" };
const behind: Check = { name: "trigger store", ok: false, detail: "12 events behind" };

test.each(["/healthz", "/readyz"])(
  "%s answers 200 and lists its checks when all hold",
  async (path) => {
    const { get } = await start({ alive: [joined], ready: [joined] });
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ ok: true, checks: [joined] });
  },
);

test.each(["/healthz", "/readyz"])("%s answers 503 and says which check fails", async (path) => {
  const { get } = await start({ alive: [joined, behind], ready: [joined, behind] });
  const response = await get(path);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ok: false, checks: [joined, behind] });
});

test("a process that is alive need not be ready", async () => {
  const { get } = await start({ alive: [joined], ready: [behind] });
  expect((await get("/healthz")).status).toBe(200);
  expect((await get("/readyz")).status).toBe(503);
});

test("checks are made anew for each request", async () => {
  const ready = [behind];
  const { get } = await start({ ready });
  expect((await get("/readyz")).status).toBe(503);
  ready.splice(0, 1, { ...behind, ok: true });
  expect((await get("/readyz")).status).toBe(200);
});

test("/metrics answers with the exposition that is asked for, and its content type", async () => {
  const { get } = await start();
  const response = await get("/metrics", { accept: "text/plain" });
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4");
  expect(await response.text()).toBe("onhook_jobs_total 3\n# for text/plain\n");
});

test("any other path is not found", async () => {
  const { get } = await start();
  expect((await get("/")).status).toBe(404);
});

test("a port that is taken is an error that names the setting", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, "127.0.0.1", resolve);
  });
  const { port } = other.address() as AddressInfo;
  const server = createHealthServer({
    host: "127.0.0.1",
    port,
    checks: { alive: () => [], ready: () => [] },
    metrics: async () => ({ contentType: "text/plain", body: "" }),
  });
  open.push(() => server.close());
  await expect(server.start()).rejects.toMatchObject({
    code: "HTTP_PORT_IN_USE",
    message: expect.stringContaining(`http.port ${port}`),
  });
  await new Promise((resolve) => {
    other.close(resolve);
  });
});

test("a host that is not this machine's is an error that names the setting", async () => {
  const server = createHealthServer({
    host: "192.0.2.1",
    port: 0,
    checks: { alive: () => [], ready: () => [] },
    metrics: async () => ({ contentType: "text/plain", body: "" }),
  });
  open.push(() => server.close());
  await expect(server.start()).rejects.toMatchObject({ code: "HTTP_LISTEN" });
});

test("closing ends requests' connections, kept-alive ones too, and the port answers no more", async () => {
  const { server, get } = await start();
  await get("/healthz");
  await server.close();
  await expect(get("/healthz")).rejects.toThrow("fetch failed");
});

function exchange(port: number, sent: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(sent);
  return text(socket);
}

test.each([
  ["no HTTP", "hello\r\n\r\n", 400],
  ["headers without end", `GET / HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, 431],
])("%s is answered as a problem, and the connection ends", async (_, sent, status) => {
  const { port } = await start();
  const answer = await exchange(port, sent);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain("content-type: application/problem+json");
  expect(answer).toContain('"code":"REQUEST_INVALID"');
});

test.each(["/nothing", "/healthz/%ff"])("%s is a problem of its kind, too", async (path) => {
  const { get } = await start();
  const answer = await get(path);
  expect(answer.status).toBe(path === "/nothing" ? 404 : 400);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
});

test("who asks through a proxy that is trusted is known by the address that it tells, and through no other", async () => {
  for (const [trusted, address] of [
    [[], "127.0.0.1"],
    [["10.0.0.0/8"], "127.0.0.1"],
    [["127.0.0.0/8"], "203.0.113.7"],
  ] as const) {
    const seen: string[] = [];
    const server = createHealthServer({
      host: "127.0.0.1",
      port: 0,
      checks: { alive: () => [], ready: () => [] },
      metrics: async () => ({ contentType: "text/plain", body: "" }),
      trustedProxies: trusted,
      parts: [
        async (scope) => {
          scope.get("/who", async ({ ip }) => {
            seen.push(ip);
            return "";
          });
        },
      ],
    });
    const { port } = await server.start();
    open.push(() => server.close());
    await fetch(`http://127.0.0.1:${port}/who`, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect(seen).toEqual([address]);
  }
});
