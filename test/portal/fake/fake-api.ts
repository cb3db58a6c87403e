import { fastify } from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { permissionOf } from "../../../src/access/principal.ts";
import type { Principal } from "../../../src/access/principal.ts";
import type { Handlers, Reply, RequestContext } from "../../../src/admin/contract/handlers.ts";
import type { Operation } from "../../../src/admin/contract/operation.ts";
import { operations } from "../../../src/admin/contract/operations.ts";
import { problemDetails } from "../../../src/admin/contract/shapes.ts";
import { registerPortal } from "../../../src/admin/portal/register-portal.ts";
import { sessionHandlers, tenantHandlers, tokenHandlers } from "./fake-access.ts";
import { deliveryHandlers } from "./fake-deliveries.ts";
import { FakeError } from "./fake-error.ts";
import { explainingHandlers } from "./fake-explaining.ts";
import { makeState } from "./fake-state.ts";
import type { FakeState } from "./fake-state.ts";
import { triggerHandlers } from "./fake-triggers.ts";

export interface FakeApi {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly state: FakeState;
  close(): Promise<void>;
}

type AnyHandler = (input: unknown, context: RequestContext) => Promise<Reply<unknown>>;

function principalOf(state: FakeState, { headers }: FastifyRequest): Principal | null {
  const session = /onhook_session=([^;]+)/.exec(headers.cookie ?? "")?.[1] ?? "";
  return state.sessions.get(session) ?? null;
}

function authorise(
  operation: Operation,
  principal: Principal | null,
  tenantId: string | null,
): void {
  if (operation.access === "anybody") return;
  if (principal === null) throw new FakeError(401, "UNAUTHENTICATED");
  if (operation.access === "signed-in") return;
  const permission = permissionOf(principal, operation.access, tenantId);
  if (permission === "unknown") throw new FakeError(404, "NOT_FOUND");
  if (permission === "forbidden") throw new FakeError(403, "FORBIDDEN");
}

/** By the contract's own schema: neither the portal nor this can drift away from it. */
function parsed(schema: z.ZodType | undefined, given: unknown): unknown {
  const result = schema?.safeParse(given);
  if (result === undefined) return undefined;
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
  throw new FakeError(400, "REQUEST_INVALID", problems);
}

function contextOf(request: FastifyRequest, principal: Principal | null): RequestContext {
  const given = request.headers["if-match"];
  const ifMatch = given === undefined ? null : given.replace(/^"(.*)"$/, "$1");
  const onlyNew = request.headers["if-none-match"] === "*";
  const { signal } = new AbortController();
  const asked = { method: request.method, headers: request.headers, address: request.ip };
  return { principal, asked, ifMatch, onlyNew, signal };
}

function sendProblem(reply: FastifyReply, error: FakeError): FastifyReply {
  const body = {
    type: `urn:onhook:error:${error.code}`,
    title: error.code,
    status: error.status,
    detail: error.code,
    code: error.code,
    problems: [...error.problems],
  };
  return reply
    .code(error.status)
    .header("content-type", "application/problem+json")
    .send(JSON.stringify(problemDetails.parse(body)));
}

function register(
  server: FastifyInstance,
  state: FakeState,
  id: string,
  operation: Operation,
  handle: AnyHandler,
): void {
  server.route({
    method: operation.method,
    url: `/api/v1${operation.path}`,
    handler: async (request, reply) => {
      const failure = state.failures.get(id);
      if (failure?.retryAfterSeconds !== undefined)
        void reply.header("retry-after", String(failure.retryAfterSeconds));
      if (failure !== undefined) throw new FakeError(failure.status, failure.code);
      const params = parsed(operation.params, request.params) as { tenantId?: string } | undefined;
      const principal = principalOf(state, request);
      authorise(operation, principal, params?.tenantId ?? null);
      const query = parsed(operation.query, request.query);
      const body = parsed(operation.body, request.body);
      const answer = await handle({ params, query, body }, contextOf(request, principal));
      if (answer.etag !== undefined) void reply.header("etag", `"${answer.etag}"`);
      if (answer.cookies !== undefined) void reply.header("set-cookie", answer.cookies);
      void reply.code(operation.status).header("cache-control", "no-store");
      return operation.answer === undefined
        ? reply.send()
        : reply.send(operation.answer.parse(answer.body));
    },
  });
}

/** Starts the API over a state in memory, and the portal beside it, on a free port of loopback. */
export async function startFakeApi(state = makeState(), port = 0): Promise<FakeApi> {
  const server = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
  const handlers: Handlers = {
    ...triggerHandlers(state),
    ...explainingHandlers(state),
    ...deliveryHandlers(state),
    ...tenantHandlers(state),
    ...sessionHandlers(state),
    ...tokenHandlers(state),
  };
  server.removeContentTypeParser("application/json");
  server.addContentTypeParser(
    ["application/json", "application/merge-patch+json"],
    { parseAs: "string" },
    (_, body, done) => done(null, JSON.parse(String(body))),
  );
  server.setErrorHandler((error, _, reply) => {
    if (error instanceof FakeError) return sendProblem(reply, error);
    console.error(error);
    return sendProblem(reply, new FakeError(500, "FAULT"));
  });
  for (const [id, operation] of Object.entries(operations))
    register(server, state, id, operation, handlers[id as keyof Handlers] as unknown as AnyHandler);
  registerPortal(server);
  const url = await server.listen({ host: "127.0.0.1", port });
  return {
    url,
    state,
    close: async () => {
      await server.close();
    },
  };
}
