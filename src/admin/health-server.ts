import { fastify } from "fastify";
import type { FastifyInstance, FastifyReply } from "fastify";
import { OnhookError } from "../errors.ts";

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

/** The service's own HTTP: `/healthz`, `/readyz` (200, or 503 with what is wrong) and `/metrics`. */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { checks, metrics, host, port } = options;
  // Without it, a client that never finishes its request would hold up a stop.
  const server = fastify({ forceCloseConnections: true });
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
