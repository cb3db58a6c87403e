import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createReceiverRecord } from "./receiver-record.ts";
import type { ReceiverRecord } from "./receiver-record.ts";
import { receiverKinds } from "./sample-triggers.ts";
import type { ReceiverKind, ReceiverUrls } from "./sample-triggers.ts";

export interface Receivers {
  /** Listens on a free port of loopback. Once only. */
  start(): Promise<ReceiverUrls>;
  /** Ends every request that hangs, and the server. */
  stop(): Promise<void>;
  readonly record: ReceiverRecord;
}

export interface ReceiversOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many of the latest requests the record keeps whole; the counts are always kept. */
  readonly keepRequests?: number;
}

/** How often a flaky receiver fails each webhook before it takes it. */
export const flakyFailures = 2;

/**
 * Nobody is there: tcpmux, that port's service, is long extinct. The port of a closed server would not do: the system
 * may give it to the next program that asks for any, or even connect a client to itself there.
 */
const goneUrl = "http://127.0.0.1:1/gone";

/** Longer than any client keeps a connection, so that none is closed under a request that is on its way. */
const keepAliveMs = 120_000;

const successes: Readonly<Record<string, number>> = { GET: 200, POST: 201, PUT: 204 };

/** The status of the answer to a webhook that came `before` times already; null: no answer, ever. */
function statusOf(kind: ReceiverKind | undefined, method: string, before: number): number | null {
  const success = successes[method] ?? 405;
  switch (kind) {
    case "ok":
      return success;
    case "flaky":
      return before >= flakyFailures ? success : before % 2 === 0 ? 503 : 500;
    case "broken":
      return 500;
    case "hang":
      return null;
    case "gone":
    case undefined:
      return 404;
    default:
      return kind satisfies never;
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split("?", 1)[0] ?? "/";
}

function answer(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume();
  // Like a receiver in earnest: it answers what it has read whole.
  request.once("end", () => {
    response.writeHead(status, status === 204 ? {} : { "content-length": 0 });
    response.end();
  });
}

/** One server on loopback that plays all receivers of the demo, told apart by the first part of the path. */
export function createReceivers(options: ReceiversOptions): Receivers {
  const record = createReceiverRecord(options.keepRequests ?? 1_000);

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request);
    const method = request.method ?? "";
    const webhookId = header(request, "webhook-id") ?? "";
    const attempt = header(request, "onhook-attempt");
    const kind = receiverKinds.find((one) => path === `/${one}` || path.startsWith(`/${one}/`));
    const status = statusOf(kind, method, record.of(webhookId).requests);
    record.add({
      at: options.now(),
      path,
      webhookId,
      attempt: attempt === undefined ? null : Number(attempt),
      method,
      contentType: header(request, "content-type") ?? null,
      status,
    });
    if (status === null) request.resume();
    else answer(request, response, status);
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs }, receive);

  return {
    record,
    async start() {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const base = `http://127.0.0.1:${port}`;
      return {
        ok: `${base}/ok`,
        flaky: `${base}/flaky`,
        broken: `${base}/broken`,
        hang: `${base}/hang`,
        gone: goneUrl,
      };
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
