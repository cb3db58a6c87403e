import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { fastify } from "fastify";
import type { FastifyInstance, FastifyReply } from "fastify";
import { OnhookError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { problemAnswer, problemType } from "./api/problem-answer.ts";
import { translated } from "./api/translated.ts";

/** What else is answered by the same server, such as the API. */
export type ServerPart = (server: FastifyInstance) => Promise<void>;

/** One thing that has to be so, and whether it is. `detail` says in a few words what was found. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly checks: {
    /** Whether the process works at all: what a restart can mend, and nothing else. */
    readonly alive: () => readonly Check[];
    /** Whether it is ready for work: stores caught up, consumers joined. */
    readonly ready: () => readonly Check[];
  };
  /** `accept`: the header of that name. */
  readonly metrics: (
    accept: string | undefined,
  ) => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly parts?: readonly ServerPart[];
  /** Addresses and ranges of the proxies whose X-Forwarded-For counts; left out: none. */
  readonly trustedProxies?: readonly string[];
}

export interface HealthServer {
  /** Resolves with the port once requests are answered. Rejects with HTTP_PORT_IN_USE or HTTP_LISTEN. */
  start(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

async function answer(reply: FastifyReply, checks: readonly Check[]): Promise<FastifyReply> {
  const ok = checks.every((check) => check.ok);
  return reply
    .code(ok ? 200 : 503)
    .header("cache-control", "no-store")
    .send({ ok, checks });
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE") {
      throw new OnhookError("HTTP_PORT_IN_USE", { host, port }, { cause });
    }
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new OnhookError("HTTP_LISTEN", { host, port, problem }, { cause });
  }
  const address = server.server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** How long a request may take to come in whole, ms: who sends it byte by byte holds a connection no longer. */
const requestTimeoutMs = 60_000;

/** By the codes of Node's HTTP. */
const clientFaults: ReadonlyMap<string, readonly [number, ErrorCode]> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", [408, "REQUEST_INVALID"]],
  ["HPE_HEADER_OVERFLOW", [431, "REQUEST_INVALID"]],
]);

/** A path that nobody can have meant fails before any route is looked for. */
function refuse(error: unknown, reply: FastifyReply): void {
  const known = translated(error, 0);
  const { document } = problemAnswer(known);
  void reply.code(document.status).type(problemType).send(JSON.stringify(document));
}

/** What is no HTTP at all, or comes too slowly, is answered before there is a request; then the connection ends. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [status, code] = clientFaults.get(error.code ?? "") ?? [400, "REQUEST_INVALID"];
  const { document } = problemAnswer(new OnhookError(code));
  const body = JSON.stringify({ ...document, status, title: STATUS_CODES[status] });
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}

function newServer({ trustedProxies = [] }: HealthServerOptions): FastifyInstance {
  const server = fastify({
    // Without it, a client that never finishes its request would hold up a stop.
    forceCloseConnections: true,
    requestTimeout: requestTimeoutMs,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 2000 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _, reply) => refuse(error, reply),
  });
  server.setNotFoundHandler((_, reply) => refuse(new OnhookError("NOT_FOUND"), reply));
  return server;
}

/**
 * The service's own HTTP: `/healthz`, `/readyz` (200, or 503 with what is wrong) and `/metrics`, and whatever parts it is
 * given.
 */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { checks, metrics, host, port } = options;
  const server = newServer(options);
  for (const part of options.parts ?? []) void server.register(async (scope) => part(scope));
  server.get("/healthz", (_, reply) => answer(reply, checks.alive()));
  server.get("/readyz", (_, reply) => answer(reply, checks.ready()));
  server.get("/metrics", async (request, reply) => {
    const { contentType, body } = await metrics(request.headers.accept);
    return reply.header("vary", "accept").header("content-type", contentType).send(body);
  });
  return {
    start: async () => ({ port: await listen(server, host, port) }),
    close: async () => {
      await server.close();
    },
  };
}
