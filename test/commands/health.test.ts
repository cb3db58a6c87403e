import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHealthServer } from "../../src/admin/health-server.ts";
import type { Check } from "../../src/admin/health-server.ts";
import { health } from "../../src/commands/health.ts";
import { loadConfig } from "../../src/config.ts";

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const config = (host: string, port: number) =>
  loadConfig({ env: { ONHOOK_HTTP_HOST: host, ONHOOK_HTTP_PORT: String(port) } });

/** The service's own endpoints on a free port; gives that port. */
async function serve(host: string, checks: { alive: Check[]; ready: Check[] }): Promise<number> {
  const server = createHealthServer({
    host,
    port: 0,
    checks: { alive: () => checks.alive, ready: () => checks.ready },
    metrics: async () => ({ contentType: "text/plain", body: "" }),
  });
  const { port } = await server.start();
  open.push(() => server.close());
  return port;
}

/** What the command prints. */
async function said(host: string, port: number, ready = false): Promise<readonly string[]> {
  const lines: string[] = [];
  await health({ config: config(host, port), out: (line) => void lines.push(line) }, { ready });
  return lines;
}

const member: Check = { name: "consumer match", ok: true, detail: "joined" };
const behind: Check = { name: "store", ok: false, detail: "12 triggers and 0 tenants behind" };

test.each(["127.0.0.1", "0.0.0.0", "localhost", "::1", "::"])(
  "a service that listens on %s is found on its own machine",
  async (host) => {
    const port = await serve(host, { alive: [member], ready: [behind] });
    const [first, ...others] = await said(host, port);
    expect(first).toMatch(new RegExp(`^alive: http://\\S+:${port}/healthz$`));
    expect(others).toEqual(["- consumer match: joined"]);
  },
);

test("a service that is alive and not ready fails --ready alone, which names what is wrong and nothing else", async () => {
  const port = await serve("127.0.0.1", { alive: [], ready: [member, behind] });
  expect(await said("127.0.0.1", port)).toEqual([`alive: http://127.0.0.1:${port}/healthz`]);
  await expect(said("127.0.0.1", port, true)).rejects.toMatchObject({
    code: "HEALTH_FAILED",
    message: `http://127.0.0.1:${port}/readyz answers 503:\n- store: 12 triggers and 0 tenants behind`,
  });
});

test("a port that nobody listens on is an error that names the address", async () => {
  const port = await serve("127.0.0.1", { alive: [], ready: [] });
  await open.pop()?.();
  await expect(said("127.0.0.1", port)).rejects.toMatchObject({
    code: "HEALTH_UNANSWERED",
    message: expect.stringContaining(`http://127.0.0.1:${port}/healthz: connect ECONNREFUSED`),
  });
});

test.each([
  ["a page", "<h1>It works!</h1>"],
  ["other JSON", '{"status":"UP"}'],
])("%s that something else answers on that port is no sign of life", async (_, body) => {
  const server = createServer((_, response) => response.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(async () => void server.close());
  await expect(said("127.0.0.1", (server.address() as AddressInfo).port)).rejects.toMatchObject({
    code: "HEALTH_FAILED",
    message: expect.stringContaining("something else listens there"),
  });
});

test("a service that takes the request and never answers is not alive", async () => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(async () => void server.close());
  await expect(said("127.0.0.1", (server.address() as AddressInfo).port)).rejects.toMatchObject({
    code: "HEALTH_UNANSWERED",
    message: expect.stringContaining("no answer within 4 s"),
  });
});

test("any free port can't be asked, and the error names the setting", async () => {
  await expect(said("127.0.0.1", 0)).rejects.toMatchObject({
    code: "HEALTH_PORT_ANY",
    message: expect.stringContaining("http.port"),
  });
});
