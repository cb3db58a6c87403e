import type { Socket } from "node:net";
import { Client } from "undici";
import type { buildConnector } from "undici";
import { ByteAllowance } from "./byte-allowance.ts";
import type { Connect } from "./guarded-connect.ts";

/** A connection to one origin, or the making of one; it carries one request at a time. */
export interface Connection {
  readonly origin: string;
  readonly client: Client;
  readonly allowance: ByteAllowance;
}

/** Connections of all origins. Nobody waits for one: whoever finds none idle gets a new one. */
export interface ConnectionPool extends AsyncDisposable {
  /** The connection of the origin that was used last, if one is idle, else a new one, which connects on its first request. */
  acquire(origin: string): Connection;
  /** Gives back a connection whose answer was read whole; it is kept for reuse where there is room. */
  release(connection: Connection): void;
  /** Ends a connection, whatever it is doing, connecting included. */
  discard(connection: Connection): void;
  readonly idleCount: number;
  /** Those that carry a request, are being made or are being closed. */
  readonly busyCount: number;
}

export interface ConnectionPoolOptions {
  readonly connect: Connect;
  /** How many idle connections are kept for one origin. */
  readonly idlePerOrigin: number;
  /** How many are kept in all; the one that is idle for the longest time goes first. */
  readonly idleInAll: number;
  /** After how long an idle connection is closed, in ms; sooner where the receiver says so. */
  readonly keepAliveMs: number;
}

/** Idle connections, in the order in which they became so, in all and by origin. */
class IdleConnections {
  readonly #all = new Set<Connection>();
  readonly #byOrigin = new Map<string, Connection[]>();

  get size(): number {
    return this.#all.size;
  }

  get oldest(): Connection | undefined {
    return this.#all.values().next().value;
  }

  countOf(origin: string): number {
    return this.#byOrigin.get(origin)?.length ?? 0;
  }

  /** Takes the one that became idle last. The list stays: it is needed again in a moment. */
  takeLastOf(origin: string): Connection | undefined {
    const connection = this.#byOrigin.get(origin)?.pop();
    if (connection !== undefined) this.#all.delete(connection);
    return connection;
  }

  add(connection: Connection): void {
    const same = this.#byOrigin.get(connection.origin);
    if (same === undefined) this.#byOrigin.set(connection.origin, [connection]);
    else same.push(connection);
    this.#all.add(connection);
  }

  /** To be called for every connection that ends: of an origin that has none any more, nothing stays. */
  delete(connection: Connection): boolean {
    const same = this.#byOrigin.get(connection.origin);
    const wasIdle = this.#all.delete(connection);
    if (wasIdle) same?.splice(same.lastIndexOf(connection), 1);
    if (same?.length === 0) this.#byOrigin.delete(connection.origin);
    return wasIdle;
  }
}

/** Of an answer's head, of the trailers behind its body, of each interim answer, in bytes; Node's usual limit. */
const maxHeadBytes = 16_384;

/** Tells undici's callback, outside the promise: what undici does there is not part of connecting. */
async function settle(
  connecting: Promise<Socket>,
  allowance: ByteAllowance,
  callback: buildConnector.Callback,
): Promise<void> {
  const [made] = await Promise.allSettled([connecting]);
  if (made.status === "rejected") {
    callback(made.reason as Error, null);
    return;
  }
  allowance.watch(made.value);
  callback(null, made.value);
}

function openClient(
  origin: string,
  allowance: ByteAllowance,
  stop: AbortSignal,
  options: ConnectionPoolOptions,
): Client {
  return new Client(origin, {
    pipelining: 1,
    // The sender's one time-out covers connection, headers and body; undici's own would cut in between.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Else the command line of Node would decide.
    maxHeaderSize: maxHeadBytes,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: options.keepAliveMs,
    connect(target, callback) {
      void settle(options.connect(target, { signal: stop }), allowance, callback);
    },
  });
}

/**
 * Makes the pool. It is not undici's own: that one lets requests wait for each other's connections, counts connections
 * that never came about, and can't stop one that is being made.
 */
export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const open = new Map<Connection, AbortController>();
  const idle = new IdleConnections();

  async function end(connection: Connection): Promise<void> {
    idle.delete(connection);
    open.get(connection)?.abort();
    await connection.client.destroy();
    open.delete(connection);
  }

  function discard(connection: Connection): void {
    // Never rejects: destroying a client is bookkeeping, the socket's errors are no longer anybody's.
    void end(connection);
  }

  function make(origin: string): Connection {
    const stop = new AbortController();
    const allowance = new ByteAllowance();
    const client = openClient(origin, allowance, stop.signal, options);
    const connection = { origin, client, allowance };
    open.set(connection, stop);
    // A connection in use tells its request; that one decides.
    connection.client.on("disconnect", () => idle.delete(connection) && discard(connection));
    return connection;
  }

  return {
    acquire(origin) {
      return idle.takeLastOf(origin) ?? make(origin);
    },
    release(connection) {
      if (idle.countOf(connection.origin) >= options.idlePerOrigin) {
        discard(connection);
        return;
      }
      idle.add(connection);
      if (idle.size > options.idleInAll && idle.oldest !== undefined) discard(idle.oldest);
    },
    discard,
    get idleCount() {
      return idle.size;
    },
    get busyCount() {
      return open.size - idle.size;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.keys()].map((connection) => end(connection)));
    },
  };
}
