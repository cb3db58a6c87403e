import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, ServerResponse } from "node:http";
import net from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createConnectionPool } from "../../src/http/connection-pool.ts";
import type { HttpSenderOptions, PooledSender } from "../../src/http/undici-sender.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";

/** How the sender over undici keeps, shares and closes its connections. */
let parts: AsyncDisposableStack;
beforeEach(() => {
  parts = new AsyncDisposableStack();
});
afterEach(async () => {
  await parts.disposeAsync();
});

/** Every host name leads to the loopback interface, so that there can be as many origins as a test needs. */
const toLoopback = async () => [{ address: "127.0.0.1", family: 4 }];

function sender(options: Partial<HttpSenderOptions> = {}): PooledSender {
  return parts.use(loopbackSender({ resolve: toLoopback, ...options }));
}

async function receiver(answer: RequestListener): Promise<LoopbackReceiver> {
  // Without the time-out of Node's own server, the sender alone decides how long a connection is kept.
  return parts.use(await listen(createServer({ keepAliveTimeout: 0 }, answer)));
}

const ok = { kind: "answer", status: 200 };

describe("a connection", () => {
  test("is used by requests to the same origin, one after another", async () => {
    const crm = await receiver((_, response) => response.end("thanks"));
    const http = sender();
    for (let n = 0; n < 5; n += 1) expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    expect(crm.connections).toBe(1);
  });

  test("is not used again when the receiver says so", async () => {
    const crm = await receiver((_, response) => {
      response.writeHead(200, { connection: "close" }).end("thanks");
    });
    const http = sender();
    for (let n = 0; n < 3; n += 1) expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    expect(crm.connections).toBe(3);
  });

  test("is closed when it was idle for long enough", async () => {
    const crm = await receiver((_, response) => response.end());
    await sender({ keepAliveMs: 20 }).send(postTo(crm.host), {});
    await crm.until(({ open }) => open === 0);
    expect(crm.requests).toBe(1);
  });

  test("that the receiver closed while it was idle is replaced", async () => {
    const crm = await receiver((request, response) => {
      response.end();
      response.on("finish", () => request.socket.end());
    });
    const http = sender();
    await http.send(postTo(crm.host), {});
    await crm.until(({ open }) => open === 0);
    expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    expect(crm.connections).toBe(2);
  });

  test("that breaks under a request fails it: the request may have arrived, and is not sent again", async () => {
    const crm = await receiver((request, response) => {
      if (request.url === "/breaks") request.socket.resetAndDestroy();
      else response.end();
    });
    const http = sender();
    expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    const broken = await http.send(postTo(crm.host, "/breaks"), {});
    expect(broken).toMatchObject({ kind: "failure", reason: "connection" });
    expect([crm.requests, crm.connections]).toEqual([2, 1]);
    expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    expect([crm.requests, crm.connections]).toEqual([3, 2]);
  });

  test("that breaks under a GET fails it too", async () => {
    const crm = await receiver((request) => request.socket.resetAndDestroy());
    const get = { ...postTo(crm.host), method: "GET", body: null } as const;
    const result = await sender().send(get, {});
    expect(result).toMatchObject({ kind: "failure", reason: "connection" });
    expect(crm.requests).toBe(1);
  });
});

test("connections are busy from the request on, idle once it is answered, and gone when they are closed", async () => {
  const held: ServerResponse[] = [];
  const crm = await receiver((_, response) => void held.push(response));
  const http = sender();
  expect(http.sockets).toEqual({ busy: 0, idle: 0 });
  const sending = [http.send(postTo(crm.host), {}), http.send(postTo(crm.host), {})];
  expect(http.sockets).toEqual({ busy: 2, idle: 0 });
  await crm.until(({ requests }) => requests === 2);
  held[0]?.end();
  await Promise.race(sending);
  expect(http.sockets).toEqual({ busy: 1, idle: 1 });
  held[1]?.destroy();
  await Promise.all(sending);
  crm.closeAll();
  await expect.poll(() => http.sockets).toEqual({ busy: 0, idle: 0 });
});

test("a connection that closes while it is idle is forgotten", async () => {
  const crm = await receiver((_, response) => response.end());
  const pool = parts.use(
    createConnectionPool({
      connect: async () => {
        const socket = net.connect(crm.port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      },
      idlePerOrigin: 1,
      idleInAll: 1,
      keepAliveMs: 60_000,
    }),
  );
  const connection = pool.acquire(`http://${crm.host}`);
  const { body } = await connection.client.request({ path: "/", method: "GET" });
  await body.dump();
  pool.release(connection);
  expect(pool.idleCount).toBe(1);
  const gone = once(connection.client, "disconnect");
  crm.closeAll();
  await gone;
  expect(pool.idleCount).toBe(0);
  expect(connection.client.destroyed).toBe(true);
});

describe("requests at the same time", () => {
  test("do not wait for each other, and leave no more connections than are kept for an origin", async () => {
    const waiting: ServerResponse[] = [];
    const crm = await receiver((_, response) => waiting.push(response));
    const http = sender({ connectionsPerOrigin: 3 });
    const sent = Array.from({ length: 40 }, () => http.send(postTo(crm.host), {}));
    await crm.until(({ requests }) => requests === 40);
    for (const response of waiting) response.end();
    for (const result of await Promise.all(sent)) expect(result).toMatchObject(ok);
    await crm.until(({ open }) => open === 3);
  });

  test("to an endpoint that hangs do not hold up another one of the same origin", async () => {
    const crm = await receiver((request, response) => {
      if (request.url !== "/hangs") response.end();
    });
    const http = sender({ connectionsPerOrigin: 1 });
    const stop = new AbortController();
    const hanging = Array.from({ length: 20 }, () =>
      http.send(postTo(crm.host, "/hangs"), { signal: stop.signal }),
    );
    await crm.until(({ requests }) => requests === 20);
    expect(await http.send(postTo(crm.host), {})).toMatchObject(ok);
    stop.abort();
    const reasons = (await Promise.all(hanging)).map((result) => result.kind);
    expect(new Set(reasons)).toEqual(new Set(["failure"]));
    await crm.until(({ open }) => open === 1);
  });
});

test("two thousand origins leave no more idle connections than allowed, and in the end none", async () => {
  const crm = await receiver((_, response) => response.end("thanks"));
  const http = sender({ idleConnections: 50, keepAliveMs: 300 });
  const origins = Array.from({ length: 2000 }, (_, n) => `host-${n}.test:${crm.port}`).values();
  async function worker(): Promise<void> {
    for (const origin of origins) expect(await http.send(postTo(origin), {})).toMatchObject(ok);
  }
  await Promise.all(Array.from({ length: 20 }, worker));
  expect(crm.connections).toBe(2000);
  // Idle, in use, and closed by the sender but not yet seen as closed here.
  expect(crm.mostOpen).toBeLessThan(50 + 20 + 30);
  await crm.until(({ open }) => open === 0);
});

describe("disposing the sender", () => {
  test("gives up what is in flight and closes every connection", async () => {
    const crm = await receiver((request, response) => {
      if (request.url !== "/hangs") response.end();
    });
    const http = sender();
    await http.send(postTo(crm.host), {});
    const hanging = [1, 2, 3].map(() => http.send(postTo(crm.host, "/hangs"), {}));
    await crm.until(({ requests }) => requests === 4);
    await http[Symbol.asyncDispose]();
    for (const result of await Promise.all(hanging)) {
      expect(result).toMatchObject({ kind: "failure", reason: "aborted" });
    }
    await crm.until(({ open }) => open === 0);
  });

  test("ends connections that are being made", async () => {
    const http = sender({ resolve: () => new Promise(() => undefined) });
    const sent = http.send(postTo("slow.test"), {});
    await http[Symbol.asyncDispose]();
    expect(await sent).toMatchObject({ kind: "failure", reason: "aborted" });
  });

  test("makes later requests aborted ones", async () => {
    const crm = await receiver((_, response) => response.end());
    const http = sender();
    await http[Symbol.asyncDispose]();
    const result = await http.send(postTo(crm.host), {});
    expect(result).toMatchObject({ kind: "failure", reason: "aborted" });
    expect(crm.connections).toBe(0);
  });
});
