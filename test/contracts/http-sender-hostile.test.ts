import net from "node:net";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { classify } from "../../src/delivery/outcome.ts";
import type { HttpResult, HttpSender } from "../../src/delivery/http-request.ts";
import type { HttpSenderOptions } from "../../src/http/undici-sender.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";

/** Receivers that mean harm. What networks do by themselves is in http-sender-network.test.ts. */
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

async function hostile(
  answer: (socket: Socket, connection: number) => void,
): Promise<LoopbackReceiver> {
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    const connection = connections;
    socket.once("data", () => answer(socket, connection));
  });
  return parts.use(await listen(server));
}

const outcomeOf = (result: HttpResult) => classify(result, { now: Date.now(), maxWaitMs: 60_000 });

const delivered = { kind: "delivered", status: 200 };
const noConnection = { kind: "failed", reason: "connection", status: null };
const timeout = { kind: "failed", reason: "timeout", status: null };

const ok = "HTTP/1.1 200 OK\r\n";
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;

/** What both sides may have in their buffers when the sender closes: it has read a small part of this. */
const mostWritten = 2 ** 24;

describe("a receiver that pours as fast as it can is cut off long before the time-out", () => {
  test.each<readonly [string, string, string, object]>([
    ["interim answers", "", "HTTP/1.1 102 Processing\r\n\r\n", noConnection],
    [
      "interim answers with heads",
      "",
      `HTTP/1.1 103 Early Hints\r\nlink: ${"x".repeat(9000)}\r\n\r\n`,
      noConnection,
    ],
    ["empty lines", "", "\r\n", noConnection],
    ["a version without end", "HTTP/1.", "1", noConnection],
    ["a status without end", "HTTP/1.1 ", "2", noConnection],
    ["a reason without end", "HTTP/1.1 200 ", "a", noConnection],
    ["the name of a header without end", ok, "a", noConnection],
    ["the value of a header without end", `${ok}a: `, "a", noConnection],
    ["blanks before the value of a header", `${ok}a:`, " ", noConnection],
    ["headers without end", ok, "a: b\r\n", noConnection],
    ["a length without end", `${ok}content-length: `, "0", noConnection],
    ["a body of a gigabyte", `${ok}content-length: 1073741824\r\n\r\n`, "a", delivered],
    [
      "a body that is said to be longer than can be",
      `${ok}content-length: 9007199254740991\r\n\r\n`,
      "a",
      delivered,
    ],
    ["a body without end", `${ok}\r\n`, "a", delivered],
    ["chunks of one byte", chunked, "1\r\na\r\n", delivered],
    ["chunks with extensions", chunked, `1;${"a".repeat(5000)}\r\nx\r\n`, delivered],
    ["the extension of a chunk without end", `${chunked}1;`, "a", delivered],
    ["the size of a chunk without end", chunked, "0", delivered],
    [
      "the failure of the same kind",
      chunked.replace("200 OK", "503 No"),
      "1\r\na\r\n",
      { kind: "failed", reason: "status", status: 503 },
    ],
    ["trailers without end", `${chunked}0\r\n`, "a: b\r\n", noConnection],
  ])("with %s", async (_, head, again, outcome) => {
    let written = 0;
    const piece = Buffer.from(again.repeat(Math.ceil(65_536 / again.length)));
    const receiver = await hostile((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && written < 2 ** 30) {
          written += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on("drain", pour);
      socket.write(head);
      pour();
    });
    // Longer than the test may take: what ends here has not ended by a time-out.
    const http = sender({ timeoutMs: 600_000 });
    expect(outcomeOf(await http.send(postTo(receiver.host), {}))).toMatchObject(outcome);
    await receiver.until(({ open }) => open === 0);
    expect(written).toBeLessThan(mostWritten);
  });
});

describe("an answer that is none is a failed connection", () => {
  test.each([
    [
      "with thousands of headers",
      `${ok}${"a-name: a value\r\n".repeat(5000)}content-length: 0\r\n\r\n`,
    ],
    ["with a header of 100 KB", `${ok}a: ${"b".repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`],
    ["with a status of two digits", "HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n"],
    ["with a status of four digits", "HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n"],
    ["with a status below 100", "HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n"],
    ["with a status of zero", "HTTP/1.1 000 OK\r\ncontent-length: 0\r\n\r\n"],
    ["with a status in letters", "HTTP/1.1 two hundred\r\ncontent-length: 0\r\n\r\n"],
    ["with a status below zero", "HTTP/1.1 -200 OK\r\ncontent-length: 0\r\n\r\n"],
    ["in another protocol's words", "ICY 200 OK\r\ncontent-length: 0\r\n\r\n"],
    ["that asks for the body that is there", "HTTP/1.1 100 Continue\r\n\r\n"],
    ["whose chunk has no size", `${chunked}zz\r\nabc\r\n0\r\n\r\n`],
    ["whose chunk has a size below zero", `${chunked}-1\r\nabc\r\n0\r\n\r\n`],
    ["whose chunk has a size beyond all", `${chunked}ffffffffffffffffff\r\nabc\r\n0\r\n\r\n`],
    ["whose chunk does not end where it says", `${chunked}2\r\nabcdef\r\n0\r\n\r\n`],
    [
      "with a length and chunks",
      `${ok}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["with a length in letters", `${ok}content-length: abc\r\n\r\nabc`],
    ["with a length below zero", `${ok}content-length: -1\r\n\r\nabc`],
    ["with two lengths in one", `${ok}content-length: 1, 2\r\n\r\nab`],
    ["with a NUL in its head", `${ok}a: b\0c\r\ncontent-length: 0\r\n\r\n`],
    ["with a line end in the name of a header", `${ok}a\rb: c\r\ncontent-length: 0\r\n\r\n`],
    ["in TLS", Buffer.from([0x16, 3, 3, 0, 5, 1, 0, 0, 1, 0])],
  ])("%s", async (_, text) => {
    const receiver = await hostile((socket) => socket.end(text));
    const http = sender({ timeoutMs: 600_000 });
    expect(outcomeOf(await http.send(postTo(receiver.host), {}))).toMatchObject(noConnection);
    await receiver.until(({ open }) => open === 0);
  });
});

describe("a strange answer is one all the same", () => {
  test.each<readonly [string, string, object]>([
    [
      "of a status that nobody knows",
      "HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n",
      { kind: "failed", reason: "status", status: 999 },
    ],
    [
      "of a status that is no success",
      "HTTP/1.1 304 x\r\n\r\n",
      { kind: "failed", reason: "redirect", status: 304 },
    ],
    ["without a reason", "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", delivered],
    [
      "with headers that name parts of objects",
      `${ok}__proto__: a\r\nconstructor: b\r\ntoString: c\r\ncontent-length: 0\r\n\r\n`,
      delivered,
    ],
    [
      "with several times to wait",
      "HTTP/1.1 503 x\r\nretry-after: 5\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n",
      { kind: "failed", status: 503, waitMs: 5000 },
    ],
    [
      "with a time to wait beyond all",
      `HTTP/1.1 429 x\r\nretry-after: ${"9".repeat(400)}\r\ncontent-length: 0\r\n\r\n`,
      { kind: "failed", status: 429, waitMs: 0 },
    ],
    [
      "with a time to wait below zero",
      "HTTP/1.1 429 x\r\nretry-after: -5\r\ncontent-length: 0\r\n\r\n",
      { kind: "failed", status: 429, waitMs: 0 },
    ],
  ])("%s", async (_, text, outcome) => {
    const receiver = await hostile((socket) => socket.end(text));
    const result = await sender().send(postTo(receiver.host), {});
    expect(outcomeOf(result)).toMatchObject(outcome);
  });
});

describe("a handshake", () => {
  const secure = (receiver: LoopbackReceiver) => ({
    ...postTo(""),
    url: `https://${receiver.host}/`,
  });

  test.each<readonly [string, (socket: Socket) => void]>([
    [
      "stops after a part of its answer",
      (socket) => socket.write(Buffer.from([0x16, 3, 3, 0x40, 0, 2, 0])),
    ],
    [
      "drips",
      (socket) => {
        socket.write(Buffer.from([0x16, 3, 3, 0x40, 0]));
        const timer = setInterval(() => socket.write(Buffer.from([0])), 10);
        socket.on("close", () => clearInterval(timer));
      },
    ],
  ])("that %s is a time-out", async (_, answer) => {
    const receiver = await hostile(answer);
    const result = await sender({ timeoutMs: 200 }).send(secure(receiver), {});
    expect(outcomeOf(result)).toMatchObject(timeout);
    await receiver.until(({ open }) => open === 0);
  });

  test.each<readonly [string, string | Buffer, string]>([
    ["answered in plain HTTP", `${ok}content-length: 0\r\n\r\n`, "tls"],
    ["answered with noise", Buffer.alloc(1000, 0xa5), "tls"],
    ["refused by an alert", Buffer.from([0x15, 3, 3, 0, 2, 2, 40]), "tls"],
    ["closed", "", "connection"],
  ])("that is %s fails at once", async (_, bytes, reason) => {
    const receiver = await hostile((socket) => socket.end(bytes));
    const result = await sender({ timeoutMs: 600_000 }).send(secure(receiver), {});
    expect(outcomeOf(result)).toMatchObject({ kind: "failed", reason, status: null });
    await receiver.until(({ open }) => open === 0);
  });
});

describe("on a kept connection", () => {
  const empty = `${ok}content-length: 0\r\n\r\n`;

  test("an answer that nobody asked for is not taken for that of the next request", async () => {
    const receiver = await hostile((socket, connection) =>
      socket.write(connection === 1 ? empty + empty : empty.replace("200 OK", "500 No")),
    );
    const http = sender();
    const statuses = [];
    for (let n = 0; n < 2; n += 1) {
      const result = await http.send(postTo(receiver.host), {});
      statuses.push(result.kind === "answer" ? result.status : result.reason);
    }
    expect(statuses).toEqual([200, 500]);
  });

  test("each exchange has an allowance of its own", async () => {
    const body = Buffer.alloc(60_000);
    const receiver = await hostile((socket) => {
      const answer = (): boolean => {
        socket.write(`${ok}content-length: ${body.length}\r\n\r\n`);
        return socket.write(body);
      };
      socket.on("data", answer);
      answer();
    });
    const http = sender();
    for (let n = 0; n < 10; n += 1)
      expect(outcomeOf(await http.send(postTo(receiver.host), {}))).toMatchObject(delivered);
    expect(receiver.connections).toBe(1);
  });
});
