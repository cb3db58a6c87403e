import type { IncomingMessage } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server on the loopback interface that counts what comes in. Disposing it ends every connection. */
export interface LoopbackReceiver extends AsyncDisposable {
  readonly port: number;
  /** host:port, without a scheme. */
  readonly host: string;
  /** Connections: all that ever came, and those that are open. */
  readonly connections: number;
  readonly open: number;
  /** The most that were open at one time. */
  readonly mostOpen: number;
  /** HTTP requests whose head has arrived. */
  readonly requests: number;
  /** Ends every connection, and goes on listening. */
  closeAll(): void;
  /** Resolves as soon as `holds`, which is asked whenever one of the numbers changes. */
  until(holds: (receiver: LoopbackReceiver) => boolean): Promise<void>;
}

/** Starts any TCP, TLS or HTTP server on a free port of 127.0.0.1, or of all addresses (`::`). */
export async function listen(
  server: Server,
  address: "127.0.0.1" | "::" = "127.0.0.1",
): Promise<LoopbackReceiver> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const counts = { connections: 0, requests: 0, mostOpen: 0 };
  const changed = (): void => waiting.forEach((look) => look());

  server.on("connection", (socket: Socket) => {
    counts.connections += 1;
    sockets.add(socket);
    counts.mostOpen = Math.max(counts.mostOpen, sockets.size);
    socket.on("close", () => {
      sockets.delete(socket);
      changed();
    });
    // A connection that the other side breaks off is what these tests are about, and closes all the same.
    socket.on("error", () => undefined);
    changed();
  });
  server.on("request", () => {
    counts.requests += 1;
    changed();
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;

  const receiver: LoopbackReceiver = {
    port,
    host: `127.0.0.1:${port}`,
    get connections() {
      return counts.connections;
    },
    get open() {
      return sockets.size;
    },
    get mostOpen() {
      return counts.mostOpen;
    },
    get requests() {
      return counts.requests;
    },
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
    async until(holds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => (holds(receiver) ? resolve() : undefined);
      waiting.add(look);
      look();
      await promise;
      waiting.delete(look);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      receiver.closeAll();
      await closed;
    },
  };
  return receiver;
}

/** Reads a request's body whole. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await request.toArray());
}
