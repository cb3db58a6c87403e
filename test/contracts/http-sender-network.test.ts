import { createServer } from "node:http";
import type { RequestListener, ServerResponse } from "node:http";
import net from "node:net";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpSender } from "../../src/delivery/http-request.ts";
import type { HttpSenderOptions } from "../../src/http/undici-sender.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";

/** What only a real network does to a sender; what all senders have in common is in http-sender.test.ts. */
let parts: AsyncDisposableStack;
beforeEach(() => {
  parts = new AsyncDisposableStack();
});
afterEach(async () => {
  await parts.disposeAsync();
});

function sender(options: Partial<HttpSenderOptions> = {}): HttpSender {
  return parts.use(loopbackSender(options));
}

async function httpReceiver(answer: RequestListener): Promise<LoopbackReceiver> {
  return parts.use(await listen(createServer({ keepAliveTimeout: 60_000 }, answer)));
}

/** A receiver that does something to the connection once the first bytes of a request are there. */
async function tcpReceiver(answer: (socket: Socket) => void): Promise<LoopbackReceiver> {
  const server = net.createServer((socket) => socket.once("data", () => answer(socket)));
  return parts.use(await listen(server));
}

const ok = { kind: "answer", status: 200 };
const timeout = { kind: "failure", reason: "timeout" };
const noConnection = { kind: "failure", reason: "connection" };

describe("one time-out covers it all", () => {
  /** A chunk every few milliseconds, for ever. */
  function drip(response: ServerResponse | Socket): void {
    const timer = setInterval(() => response.write("a"), 10);
    response.on("close", () => clearInterval(timer));
  }

  test.each<readonly [string, (socket: Socket) => void]>([
    ["never answers", () => undefined],
    ["hangs in the middle of the head", (socket) => socket.write("HTTP/1.1 200 OK\r\nx: ")],
    [
      "hangs after the head",
      (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"),
    ],
    [
      "drips its body",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n");
        drip(socket);
      },
    ],
    [
      "drips its head",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nx: ");
        drip(socket);
      },
    ],
    [
      "only ever says that it is processing",
      (socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 10);
        socket.on("close", () => clearInterval(timer));
      },
    ],
  ])("of a receiver that %s, and the connection is closed", async (_, answer) => {
    const receiver = await tcpReceiver(answer);
    const result = await sender({ timeoutMs: 200 }).send(postTo(receiver.host), {});
    expect(result).toMatchObject(timeout);
    expect(result.durationMs).toBeGreaterThanOrEqual(199);
    expect(result.durationMs).toBeLessThan(1500);
    await receiver.until(({ open }) => open === 0);
    expect(receiver.connections).toBe(1);
  });

  test("of a TLS handshake that is never answered", async () => {
    const receiver = await tcpReceiver(() => undefined);
    const request = { ...postTo(""), url: `https://${receiver.host}/` };
    expect(await sender({ timeoutMs: 200 }).send(request, {})).toMatchObject(timeout);
    await receiver.until(({ open }) => open === 0);
  });

  test("of a name server that is late, and what was not sent in time is never sent", async () => {
    const answered = Promise.withResolvers<[{ address: string; family: number }]>();
    const receiver = await httpReceiver((_, response) => response.end());
    const late = sender({ timeoutMs: 50, resolve: () => answered.promise });
    expect(await late.send(postTo(`late.test:${receiver.port}`), {})).toMatchObject(timeout);
    answered.resolve([{ address: "127.0.0.1", family: 4 }]);
    // A request that does go there, after the answer came: had the first one gone out, it would be there before.
    expect(await sender().send(postTo(receiver.host), {})).toMatchObject(ok);
    expect(receiver.connections).toBe(1);
  });
});

describe("a broken exchange is a failed connection", () => {
  test.each<readonly [string, string]>([
    ["nothing", ""],
    ["half a head", "HTTP/1.1 200 OK\r\ncontent-"],
    ["half a body", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"],
    ["half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf"],
    ["no HTTP", "SSH-2.0-OpenSSH_9.2p1 hush\r\n"],
    ["a head without end", `HTTP/1.1 200 OK\r\n${`x: ${"y".repeat(1000)}\r\n`.repeat(100)}`],
    [
      "another protocol, uncalled for",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
  ])("when the receiver says %s and closes", async (_, text) => {
    const receiver = await tcpReceiver((socket) => socket.end(text));
    const result = await sender().send(postTo(receiver.host), {});
    expect(result).toMatchObject(noConnection);
    expect(JSON.stringify(result)).not.toMatch(/hush|hook|127\./);
    expect(receiver.connections).toBe(1);
  });

  test("when the receiver resets it", async () => {
    const receiver = await tcpReceiver((socket) => socket.resetAndDestroy());
    expect(await sender().send(postTo(receiver.host), {})).toMatchObject(noConnection);
    expect(receiver.connections).toBe(1);
  });

  test("when nobody listens", async () => {
    const receiver = await httpReceiver(() => undefined);
    await receiver[Symbol.asyncDispose]();
    const result = await sender().send(postTo(receiver.host), {});
    expect(result).toMatchObject({
      ...noConnection,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("but a name that does not exist is a failed look-up", async () => {
    const resolve = (): Promise<never> =>
      Promise.reject(
        Object.assign(new Error("getaddrinfo ENOTFOUND gone.test"), { code: "ENOTFOUND" }),
      );
    const result = await sender({ resolve }).send(postTo("gone.test"), {});
    expect(result).toMatchObject({ kind: "failure", reason: "dns" });
    expect(JSON.stringify(result)).not.toContain("gone");
  });
});

describe("an answer", () => {
  test("that redirects is not followed", async () => {
    const target = await httpReceiver((_, response) => response.end());
    const receiver = await httpReceiver((_, response) => {
      response.writeHead(307, { location: `http://${target.host}/` }).end();
    });
    const result = await sender().send(postTo(receiver.host), {});
    expect(result).toMatchObject({ kind: "answer", status: 307 });
    expect(target.connections).toBe(0);
  });

  test("after early hints is the real one", async () => {
    const receiver = await httpReceiver((_, response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeProcessing();
      response.end();
    });
    expect(await sender().send(postTo(receiver.host), {})).toMatchObject(ok);
  });

  test("whose body has no end but the connection's is whole", async () => {
    const receiver = await tcpReceiver((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nthanks"));
    expect(await sender().send(postTo(receiver.host), {})).toMatchObject(ok);
  });

  test("of a gigabyte counts by its status, and is not read", async () => {
    let written = 0;
    const chunk = Buffer.alloc(65_536);
    const receiver = await httpReceiver((_, response) => {
      const pour = (): void => {
        while (written < 2 ** 30 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) break;
        }
      };
      response.on("drain", pour);
      pour();
    });
    expect(await sender().send(postTo(receiver.host), {})).toMatchObject(ok);
    await receiver.until(({ open }) => open === 0);
    // What the buffers of both sides hold; the sender asked for 64 KiB.
    expect(written).toBeLessThan(2 ** 25);
  });

  test("of just the size that is read leaves the connection usable, one byte more does not", async () => {
    const receiver = await httpReceiver((request, response) => {
      response.end(Buffer.alloc(request.url === "/more" ? 1001 : 1000));
    });
    const small = sender({ maxResponseBytes: 1000 });
    for (const path of ["/", "/", "/more"]) {
      expect(await small.send(postTo(receiver.host, path), {})).toMatchObject(ok);
    }
    await receiver.until(({ open }) => open === 0);
    expect(receiver.connections).toBe(1);
  });
});

test("a body of a megabyte arrives byte for byte", async () => {
  const received: Buffer[] = [];
  const receiver = await httpReceiver((request, response) => {
    request.on("data", (chunk: Buffer) => received.push(chunk));
    request.on("end", () => response.end());
  });
  const body = Buffer.from(
    Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 7919) % 251),
  );
  expect(await sender().send({ ...postTo(receiver.host), body }, {})).toMatchObject(ok);
  expect(Buffer.concat(received).equals(body)).toBe(true);
});

test.each([
  ["a URL that is none", { url: "hook" }],
  ["a header with a line end", { headers: { "webhook-id": "a\r\nx: y" } }],
])("%s is a mistake of ours, and rejects", async (_, mistake) => {
  const receiver = await httpReceiver((_, response) => response.end());
  const sent = sender().send({ ...postTo(receiver.host), ...mistake }, {});
  await expect(sent).rejects.toMatchObject({ code: "REQUEST_UNSENDABLE" });
  expect(receiver.requests).toBe(0);
});
