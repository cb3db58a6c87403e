import type { FastifyReply, FastifyRequest } from "fastify";
import type { Handler, Reply } from "../contract/handlers.ts";
import type { Input, Operation } from "../contract/operation.ts";
import type { OperationId } from "../contract/operations.ts";
import type { OpenParts } from "./open-parts.ts";
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

/** What a request asks for, and what does it. */
interface Asked {
  readonly id: OperationId;
  readonly operation: Operation;
  readonly parts: OpenParts;
}

/** Runs the operation's handler, and sends what it answers. Rejects with ADMIN_NOT_READY where that has ended meanwhile. */
export async function answerOperation(
  { id, operation, parts }: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { principal } = standingOf(request);
  const context = {
    principal,
    asked: askedBy(request),
    ...preconditionsOf(request.headers),
    signal: signalOf(reply),
  };
  const input = inputOf(operation, request);
  const { body, etag, location, cookies } = await parts.use(({ handlers }) =>
    (handlers[id] as unknown as AnyHandler)(input, context),
  );
  const text = serialised(operation, body);
  if (etag !== undefined) reply.header("etag", `"${etag}"`);
  if (location !== undefined) reply.header("location", `${apiPath}${location}`);
  if (cookies !== undefined && cookies.length > 0) reply.header("set-cookie", [...cookies]);
  reply.code(operation.status);
  if (text === undefined) return reply.send();
  return reply.type("application/json; charset=utf-8").send(text);
}
