import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { OnhookError } from "../../errors.ts";
import type { Emit } from "../../runtime/emit.ts";
import { operations } from "../contract/operations.ts";
import type { OperationId } from "../contract/operations.ts";
import type { Operation } from "../contract/operation.ts";
import type { ServerPart } from "../health-server.ts";
import type { AdminEvent } from "./admin-events.ts";
import { answerOperation, apiPath } from "./answer.ts";
import type { ApiParts } from "./api-parts.ts";
import { authorise, identify } from "./authorise.ts";
import { openApiDocument } from "./open-api.ts";
import { loggedPrincipal, loggedTenant } from "./logged.ts";
import { OpenParts } from "./open-parts.ts";
import { problemAnswer, problemType } from "./problem-answer.ts";
import { addPublicRoutes } from "./public-routes.ts";
import { readJson } from "./read-request.ts";
import { beginStanding, standingOf, tenantOf } from "./standing.ts";
import { translated } from "./translated.ts";

export interface AdminApiOptions {
  readonly requestsPerMinute: number;
  readonly maxBodyBytes: number;
  /** For the OpenAPI document. */
  readonly version: string;
  readonly emit: Emit<AdminEvent>;
}

/** The API on the service's own server. */
export interface AdminApi {
  readonly part: ServerPart;
  /** From now on it works; until then it answers ADMIN_NOT_READY. */
  open(parts: ApiParts): void;
  /** From now on it answers ADMIN_NOT_READY again. Resolves when what was under way is done with. */
  close(): Promise<void>;
}

/** Longer than whatever an operation may take; after it the client is told that nothing is known. Ms. */
const handlerTimeoutMs = 90_000;

/** Of a body that is read before anybody is signed in, or that nobody looks at. */
const smallBodyBytes = 8192;

function mostBytesOf({ tag, body }: Operation): number {
  return tag === "session" || body === undefined ? smallBodyBytes : Infinity;
}

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "QUERY",
] as const;

/** Makes it. Nothing listens yet: `part` is for the server to take on. */
export function createAdminApi(options: AdminApiOptions): AdminApi {
  const parts = new OpenParts();
  return {
    part: async (server) => {
      await server.register(async (api) => {
        await protect(api, options);
        await api.register(
          (scope, _, done) => {
            addRoutes(scope, options, parts);
            done();
          },
          { prefix: apiPath },
        );
        addPublicRoutes(api, parts);
      });
    },
    open: (opened) => parts.open(opened),
    close: () => parts.close(),
  };
}

/** What holds for all that the API answers, errors too. */
async function protect(server: FastifyInstance, options: AdminApiOptions): Promise<void> {
  const { requestsPerMinute, maxBodyBytes } = options;
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
    },
    // The server itself speaks plain HTTP; who puts TLS before it knows for which names that holds.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
  });
  await server.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    // Enough for all that are signed in; whoever comes from ever other addresses pushes out others like themselves.
    cache: 50_000,
    keyGenerator: (request) => {
      const { principal } = standingOf(request);
      if (principal === null) return `address ${rateLimit.normalizeIP(request.ip, 64)}`;
      // Else each token that a tenant makes would be as many requests more.
      return principal.tenantId === null ? principal.id : `tenant ${principal.tenantId}`;
    },
    errorResponseBuilder: (_, { max, ttl }) =>
      new OnhookError("TOO_MANY_REQUESTS", { limit: max, retryAfterSeconds: ttl / 1000 }),
  });
  server.addHook("onSend", async (_, reply) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  server.addHook("onResponse", async (request, reply) => tell(request, reply, options));
  server.setErrorHandler((error, request, reply) =>
    refuse(
      translated(error, request.routeOptions.bodyLimit ?? maxBodyBytes),
      request,
      reply,
      options,
    ),
  );
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ["application/json", "application/merge-patch+json"],
    { parseAs: "buffer", bodyLimit: maxBodyBytes },
    // For what there is not, nobody has asked who is asking.
    async (request: FastifyRequest, body: Buffer) =>
      request.is404 || (body.length === 0 && !takesBody(request)) ? undefined : readJson(body),
  );
}

/** Many clients send the type of a body with every request, one without a body too. */
function takesBody(request: FastifyRequest): boolean {
  const { operation } = standingOf(request);
  if (operation === null || operation === "openApi") return false;
  return (operations[operation] as Operation).body !== undefined;
}

function tell(
  request: FastifyRequest,
  { statusCode: status, elapsedTime: durationMs }: FastifyReply,
  { emit }: AdminApiOptions,
): void {
  const { operation, code, principal } = standingOf(request);
  emit({
    type: "admin.answered",
    operation,
    method: request.method,
    status,
    code,
    durationMs,
    principal: principal && loggedPrincipal(principal),
    tenantId: loggedTenant(principal, tenantOf(request)),
  });
}

function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { emit }: AdminApiOptions,
): FastifyReply {
  const { document, headers, isFault } = problemAnswer(error);
  const standing = standingOf(request);
  standing.code = document.code;
  if (isFault) emit({ type: "admin.failed", operation: standing.operation, error });
  return reply
    .code(document.status)
    .headers(headers)
    .type(problemType)
    .send(JSON.stringify(document));
}

function addRoutes(
  server: FastifyInstance,
  { version, maxBodyBytes }: AdminApiOptions,
  parts: OpenParts,
): void {
  const known = new Map<string, Set<HTTPMethods>>();
  const limit = server.rateLimit();
  const note = (path: string, method: HTTPMethods): void => {
    const there = known.get(path) ?? new Set();
    known.set(path, there.add(method));
    if (method === "GET") there.add("HEAD");
  };
  for (const [id, operation] of Object.entries<Operation>(operations) as [
    OperationId,
    Operation,
  ][]) {
    note(operation.path, operation.method);
    server.route({
      method: operation.method,
      url: operation.path,
      bodyLimit: Math.min(maxBodyBytes, mostBytesOf(operation)),
      handlerTimeout: handlerTimeoutMs,
      onRequest: [
        (request) => identify(request, id, parts),
        limit,
        async (request) => authorise(request, operation.access),
      ],
      handler: (request, reply) => answerOperation({ id, operation, parts }, request, reply),
    });
  }
  note("/openapi.json", "GET");
  let document: string | null = null;
  server.get("/openapi.json", {
    onRequest: [async (request) => void beginStanding(request, "openApi"), limit],
    handler(_, reply) {
      // It takes a while to make, and few ask for it.
      document ??= JSON.stringify(openApiDocument(version));
      return reply.type("application/json; charset=utf-8").send(document);
    },
  });
  for (const [url, there] of known)
    server.route({
      method: methods.filter((method) => !there.has(method)),
      url,
      onRequest: async () => {
        throw new OnhookError("METHOD_NOT_ALLOWED", { allow: [...there].join(", ") });
      },
      handler: async () => {},
    });
  server.setNotFoundHandler({ preHandler: limit }, async () => {
    throw new OnhookError("NOT_FOUND");
  });
}
