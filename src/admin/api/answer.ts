import type { FastifyReply, FastifyRequest } from "fastify";
import type { Handler, Reply } from "../contract/handlers.ts";
import type { Input, Operation } from "../contract/operation.ts";
import { OnhookError } from "../../errors.ts";
import type { OperationId } from "../contract/operations.ts";
import { preconditionsOf } from "./preconditions.ts";
import { parsedBy, readQuery, textProblems } from "./read-request.ts";
import { InputError } from "../../errors.ts";
import { askedBy, standingOf } from "./standing.ts";

/** What the table's types say of each operation by itself; here they are all alike. */
type AnyHandler = (
  input: Input<Operation>,
  context: Parameters<Handler<OperationId>>[1],
) => Promise<Reply<unknown>>;

export const apiPath = "/api/v1";

function inputOf(operation: Operation, request: FastifyRequest): Input<Operation> {
  const broken = textProblems(request.params);
  if (broken.length > 0) throw new InputError("REQUEST_INVALID", broken);
  const { params, query, body } = operation;
  const given = readQuery(request.url);
  const [unknown] = Object.keys(given);
  if (query === undefined && unknown !== undefined)
    throw new InputError("REQUEST_INVALID", [{ path: unknown, message: "is not known here" }]);
  return {
    params: params && parsedBy(params, request.params),
    query: query && parsedBy(query, { ...given }),
    body: body && parsedBy(body, request.body),
  } as Input<Operation>;
}

/** Aborted when the client has gone before it had its answer, or the server closes. */
function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Nothing outside the schema leaves; a handler that answers otherwise is at fault. */
function serialised({ answer }: Operation, body: unknown): string | undefined {
  return answer === undefined ? undefined : JSON.stringify(answer.parse(body));
}

/** Runs the operation's handler, and sends what it answers. */
export async function answerOperation(
  id: OperationId,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { parts, principal } = standingOf(request);
  if (parts === undefined) throw new OnhookError("ADMIN_NOT_READY");
  const context = {
    principal,
    asked: askedBy(request),
    ...preconditionsOf(request.headers),
    signal: signalOf(reply),
  };
  const handler = parts.handlers[id] as unknown as AnyHandler;
  const { body, etag, location, cookies } = await handler(inputOf(operation, request), context);
  const text = serialised(operation, body);
  if (etag !== undefined) reply.header("etag", `"${etag}"`);
  if (location !== undefined) reply.header("location", `${apiPath}${location}`);
  if (cookies !== undefined && cookies.length > 0) reply.header("set-cookie", [...cookies]);
  reply.code(operation.status);
  if (text === undefined) return reply.send();
  return reply.type("application/json; charset=utf-8").send(text);
}
