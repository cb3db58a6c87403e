import { createServer } from "node:http";
import https from "node:https";
import net from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpSender } from "../../src/delivery/http-request.ts";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import type { EgressProxy } from "../../src/http/proxy-tunnel.ts";
import type { ResolveHost } from "../../src/http/resolve-host.ts";
import type { HttpSenderOptions } from "../../src/http/undici-sender.ts";
import { startConnectProxy } from "../support/connect-proxy.ts";
import type { ConnectProxy, ConnectProxyOptions } from "../support/connect-proxy.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";

/**
 * The sender through a real proxy. Receivers stand at public addresses here, as far as the sender knows: the proxy alone
 * leads their ways to the loopback interface.
 */
const [four, six] = ["8.8.8.8", "2001:4860:4860::8888"];
const { cert, key } = selfSignedCertificate("crm.test");

let parts: AsyncDisposableStack;
let receiver: LoopbackReceiver;
let hosts: (string | undefined)[];
beforeEach(async () => {
  parts = new AsyncDisposableStack();
  hosts = [];
  const server = createServer((request, response) => {
    hosts.push(request.headers.host);
    response.end();
  });
  receiver = parts.use(await listen(server));
});
afterEach(async () => {
  await parts.disposeAsync();
});

async function proxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const leadTo = () => ({ host: "127.0.0.1", port: receiver.port });
  return parts.use(await startConnectProxy({ leadTo, ...options }));
}

const names: Readonly<Record<string, readonly string[]>> = {
  "crm.test": [four],
  "both.test": [six, four],
  "mixed.test": [four, "10.0.0.1"],
};
const resolve: ResolveHost = async (host) => {
  const addresses = names[host];
  if (addresses === undefined) throw Object.assign(new Error("x"), { code: "ENOTFOUND" });
  return addresses.map((address) => ({ address, family: net.isIP(address) }));
};

/** Nothing but public addresses is allowed: the proxy itself, on the loopback interface, would not be. */
function sender(
  url: string,
  options: Partial<HttpSenderOptions> = {},
  credentials: EgressProxy["credentials"] = null,
): HttpSender {
  const guard = createAddressGuard({ allowedRanges: [], deniedPorts: [25] });
  return parts.use(loopbackSender({ guard, resolve, proxy: { url, credentials }, ...options }));
}

const ok = { kind: "answer", status: 200 };
const blocked = { kind: "failure", reason: "blocked-address" };

describe("through a proxy", () => {
  test("a request reaches its receiver at the address that was checked, under its own name", async () => {
    const { url, asked } = await proxy();
    expect(await sender(url).send(postTo("crm.test:8080"), {})).toMatchObject(ok);
    expect(asked).toEqual([`${four}:8080`]);
    expect(hosts).toEqual(["crm.test:8080"]);
  });

  test("requests to one origin share a way", async () => {
    const { url, asked } = await proxy();
    const http = sender(url);
    for (let n = 0; n < 3; n += 1) await http.send(postTo("crm.test:8080"), {});
    expect(hosts).toHaveLength(3);
    expect([asked.length, receiver.connections]).toEqual([1, 1]);
  });

  test("an address that the proxy can't reach is followed by the host's next one", async () => {
    const leadTo = (authority: string) =>
      authority.startsWith("[") ? undefined : { host: "127.0.0.1", port: receiver.port };
    const { url, asked } = await proxy({ leadTo });
    expect(await sender(url).send(postTo("both.test:8080"), {})).toMatchObject(ok);
    expect(asked).toEqual([`[${six}]:8080`, `${four}:8080`]);
  });

  test.each([
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "[::1]",
    "mixed.test",
    "localhost",
    "crm.test:25",
  ])("%s is refused here, and the proxy is not asked for it", async (host) => {
    const { url, receiver: door } = await proxy();
    const local: ResolveHost = async (name) =>
      name === "localhost" ? [{ address: "127.0.0.1", family: 4 }] : await resolve(name);
    expect(await sender(url, { resolve: local }).send(postTo(host), {})).toMatchObject(blocked);
    expect(door.connections).toBe(0);
  });

  test("a name that leads nowhere is a failed look-up, and the proxy is not asked for it", async () => {
    const { url, receiver: door } = await proxy();
    const result = await sender(url).send(postTo("gone.test"), {});
    expect(result).toMatchObject({ kind: "failure", reason: "dns" });
    expect(door.connections).toBe(0);
  });

  test("a login is shown to the proxy, and not to the receiver", async () => {
    const seen: string[][] = [];
    const server = createServer((request, response) => {
      seen.push(Object.keys(request.headers));
      response.end();
    });
    const crm = parts.use(await listen(server));
    const leadTo = () => ({ host: "127.0.0.1", port: crm.port });
    const { url } = await proxy({ login: "onhook:pass:word", leadTo });
    const credentials = { username: "onhook", password: "pass:word" };
    expect(await sender(url, {}, credentials).send(postTo("crm.test"), {})).toMatchObject(ok);
    expect(seen.flat()).not.toContain("proxy-authorization");
  });
});

describe("over TLS through a proxy", () => {
  async function secure(host: string, ca: string | undefined, door: ConnectProxyOptions = {}) {
    const server = https.createServer({ cert, key }, (request, response) => {
      hosts.push((request.socket as TLSSocket).servername as string);
      response.end();
    });
    const crm = parts.use(await listen(server));
    const { url } = await proxy({ ...door, leadTo: () => ({ host: "127.0.0.1", port: crm.port }) });
    const http = sender(url, { ...(ca !== undefined && { caBundle: ca }) });
    return await http.send({ ...postTo(""), url: `https://${host}/` }, {});
  }

  test("the certificate is that of the receiver, asked for by its name", async () => {
    expect(await secure("crm.test", cert)).toMatchObject(ok);
    expect(hosts).toEqual(["crm.test"]);
  });

  test.each([
    ["nobody vouches for", "crm.test", undefined],
    ["is for another host", "both.test", cert],
  ])("a certificate that %s is refused", async (_, host, ca) => {
    expect(await secure(host, ca)).toMatchObject({ kind: "failure", reason: "tls" });
    expect(hosts).toEqual([]);
  });

  test("a proxy that speaks TLS by a certificate that nobody vouches for is refused", async () => {
    const own = selfSignedCertificate("127.0.0.1");
    const strange = {
      kind: "failure",
      reason: "connection",
      message: expect.stringContaining("proxy"),
    };
    expect(await secure("crm.test", cert, { tls: own })).toMatchObject(strange);
  });

  test("a proxy that speaks TLS by a certificate for its name is trusted", async () => {
    const own = selfSignedCertificate("proxy.test");
    const server = https.createServer({ cert, key }, (_, response) => response.end());
    const crm = parts.use(await listen(server));
    const door = await proxy({
      tls: own,
      leadTo: () => ({ host: "127.0.0.1", port: crm.port }),
    });
    const toProxy: ResolveHost = async (host) =>
      host === "proxy.test" ? [{ address: "127.0.0.1", family: 4 }] : await resolve(host);
    const url = `https://proxy.test:${door.receiver.port}`;
    const http = sender(url, { resolve: toProxy, caBundle: cert + own.cert });
    const request = { ...postTo(""), url: "https://crm.test/" };
    expect(await http.send(request, {})).toMatchObject(ok);
  });
});

describe("a proxy that fails is a failed connection that says so", () => {
  const failure = (words: string) => ({
    kind: "failure",
    reason: "connection",
    message: `The proxy of delivery.proxy.url makes no connection: ${words}`,
  });

  async function rawProxy(answer: (socket: net.Socket) => void): Promise<LoopbackReceiver> {
    const server = net.createServer((socket) => socket.once("data", () => answer(socket)));
    return parts.use(await listen(server));
  }

  test("when nobody listens there", async () => {
    const door = await rawProxy(() => undefined);
    await door[Symbol.asyncDispose]();
    const result = await sender(`http://${door.host}`).send(postTo("crm.test"), {});
    expect(result).toMatchObject(failure("it can not be reached (ECONNREFUSED)"));
  });

  test("when its name leads nowhere", async () => {
    const result = await sender("http://gone.test:3128").send(postTo("crm.test"), {});
    expect(result).toMatchObject(failure("its name could not be resolved (ENOTFOUND)"));
  });

  test("when it asks for a login, without telling which was given", async () => {
    const { url } = await proxy({ login: "onhook:right" });
    const credentials = { username: "onhook", password: "hush-hush" };
    const result = await sender(url, {}, credentials).send(postTo("crm.test"), {});
    expect(result).toMatchObject(
      failure("it answers 407; check delivery.proxy.username and delivery.proxy.password"),
    );
    expect(JSON.stringify(result)).not.toMatch(/hush|127\.|8\.8/);
  });

  test.each<readonly [string, string, string]>([
    ["refuses", "HTTP/1.1 403 Forbidden\r\n\r\n", "it answers 403"],
    ["fails to reach the receiver", "HTTP/1.1 504 Gateway Timeout\r\n\r\n", "it answers 504"],
    ["speaks no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "its answer is no HTTP"],
    ["closes", "HTTP/1.1 200", "it closes the connection"],
    [
      "never ends its head",
      `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(4000)}`,
      "its answer is too long",
    ],
    [
      "says more",
      "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      "it sends more than its answer",
    ],
  ])("when it %s", async (_, text, words) => {
    const door = await rawProxy((socket) => socket.end(text));
    const result = await sender(`http://${door.host}`).send(postTo("crm.test"), {});
    expect(result).toMatchObject(failure(words));
    await door.until(({ open }) => open === 0);
  });

  test("but one that never answers is a time-out, and the connection to it is closed", async () => {
    const door = await rawProxy(() => undefined);
    const http = sender(`http://${door.host}`, { timeoutMs: 300 });
    const result = await http.send(postTo("crm.test"), {});
    expect(result).toMatchObject({ kind: "failure", reason: "timeout" });
    await door.until(({ open }) => open === 0);
  });

  test("and a receiver behind it that never answers is one too, all of the way being closed", async () => {
    const silent = parts.use(await listen(net.createServer((socket) => socket.resume())));
    const door = await proxy({ leadTo: () => ({ host: "127.0.0.1", port: silent.port }) });
    for (const scheme of ["http", "https"]) {
      const http = sender(door.url, { timeoutMs: 300 });
      const request = { ...postTo(""), url: `${scheme}://crm.test/` };
      expect(await http.send(request, {})).toMatchObject({ kind: "failure", reason: "timeout" });
      await door.receiver.until(({ open }) => open === 0);
      await silent.until(({ open }) => open === 0);
    }
  });
});
