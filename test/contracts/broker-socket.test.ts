import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { createServer as createSecureServer } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokerSocket } from "../../src/kafka/broker-socket.ts";
import { listen } from "../support/loopback-receiver.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";

let parts: AsyncDisposableStack;
beforeEach(() => {
  parts = new AsyncDisposableStack();
});
afterEach(async () => {
  await parts.disposeAsync();
});

const { cert, key } = selfSignedCertificate("localhost");

const kinds = {
  plain: { server: (answer: (socket: Socket) => void) => createServer(answer), ssl: undefined },
  secured: {
    server: (answer: (socket: Socket) => void) => createSecureServer({ cert, key }, answer),
    ssl: { ca: [cert], checkServerIdentity: () => undefined },
  },
} as const;

async function open(kind: keyof typeof kinds, answer: (socket: Socket) => void): Promise<Socket> {
  const { server: create, ssl } = kinds[kind];
  const { port } = parts.use(await listen(create(answer)));
  const connected = Promise.withResolvers<void>();
  const socket = brokerSocket({
    host: "127.0.0.1",
    port,
    ssl: ssl as object,
    onConnect: () => connected.resolve(),
  });
  await connected.promise;
  return socket;
}

function frameOf(size: number, fill: number): Buffer {
  const frame = Buffer.alloc(4 + size, fill);
  frame.writeInt32BE(size);
  return frame;
}

test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  "a %s connection hands over answers of any size, each in one piece, and ends behind the last",
  async (kind) => {
    const answers = [10, 0, 3_000_000, 20, 9_000_000, 5, 70_000].map(frameOf);
    const got: Buffer[] = [];
    const socket = await open(kind, (peer) => {
      // Whoever is asked first answers; what is sent before is there all the same.
      peer.once("data", () => {
        peer.write(Buffer.concat(answers.slice(0, 4)));
        for (const answer of answers.slice(4)) peer.write(answer);
        peer.end();
      });
    });
    socket.on("data", (data: Buffer) => got.push(data));
    socket.write("ask");
    await once(socket, "end");
    expect(got.map(({ length }) => length)).toEqual(answers.map(({ length }) => length));
    expect(Buffer.concat(got).equals(Buffer.concat(answers))).toBe(true);
  },
);

test("a connection to something that is no broker fails, and says so", async () => {
  const socket = await open("plain", (peer) => peer.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  socket.on("data", () => undefined);
  const [error] = (await once(socket, "error")) as [Error];
  expect(error).toMatchObject({ code: "KAFKA_FRAME" });
});
