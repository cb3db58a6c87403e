import { statusOf } from "./problem-answer.ts";
import { Components } from "./open-api-schemas.ts";
import type { JsonSchema } from "./open-api-schemas.ts";
import { openApiExamples } from "./open-api-examples.ts";
import { apiPath } from "./answer.ts";
import type { ErrorCode } from "../../errors.ts";
import { errorTable } from "../../errors.ts";
import type { Operation } from "../contract/operation.ts";
import { operations } from "../contract/operations.ts";
import type { OperationId } from "../contract/operations.ts";
import { problemDetails } from "../contract/shapes.ts";

type Json = Readonly<Record<string, unknown>>;

const etagHeader = {
  description: "Which version this is. If-Match takes it.",
  schema: { type: "string" },
};

const versionParameters = (operation: Operation): readonly Json[] => [
  {
    name: "If-Match",
    in: "header",
    description:
      "The ETag that the change is meant for; `*`: whatever is there. Required where something is there.",
    schema: { type: "string" },
  },
  ...(operation.method === "PUT"
    ? [
        {
          name: "If-None-Match",
          in: "header",
          description: "`*`: only where nothing is there yet.",
          schema: { type: "string", enum: ["*"] },
        },
      ]
    : []),
];

/** What any operation can be refused with, and what its properties add to that. */
function refusalsOf({
  access,
  params,
  query,
  body,
  versioning,
  path,
  method,
}: Operation): ErrorCode[] {
  const has = (condition: boolean, ...codes: ErrorCode[]): ErrorCode[] => (condition ? codes : []);
  return [
    ...has(access !== "anybody" || path === "/session", "UNAUTHENTICATED"),
    ...has(true, "CROSS_SITE"),
    ...has(access !== "anybody" && access !== "signed-in", "FORBIDDEN"),
    ...has(path.includes(":"), "NOT_FOUND"),
    ...has(true, "REQUEST_INVALID"),
    ...has(params !== undefined || query !== undefined, "CURSOR_INVALID"),
    ...has(body !== undefined, "BODY_UNREADABLE", "BODY_TYPE", "BODY_TOO_LARGE"),
    ...has(versioning !== "none" && method !== "GET", "TRIGGER_CHANGED"),
    ...has(versioning === "conditional", "PRECONDITION_REQUIRED"),
    // What is there already, or can't be done as things stand.
    ...has(method !== "GET", "LICENCE_EXCEEDED"),
    ...has(method === "POST" && path.endsWith("/tokens"), "TOKENS_EXCEEDED"),
    "TOO_MANY_REQUESTS",
    "FAULT",
    "ADMIN_NOT_READY",
  ];
}

const parameterPattern = /:(\w+)/g;

function parametersOf(operation: Operation, components: Components): readonly Json[] {
  const { params, query, versioning } = operation;
  const listed = (place: "path" | "query", schema: JsonSchema | undefined): Json[] =>
    Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
      name,
      in: place,
      required: place === "path" || (schema?.required ?? []).includes(name),
      schema: property,
    }));
  return [
    ...listed("path", params && components.schemaOf(params, "input")),
    ...listed("query", query && components.schemaOf(query, "input")),
    ...(versioning === "conditional" ? versionParameters(operation) : []),
  ];
}

function contentOf(type: string, schema: unknown, example?: unknown): Json {
  return { [type]: { schema, ...(example !== undefined && { example }) } };
}

function answersOf(id: OperationId, operation: Operation, components: Components): Json {
  const { answer, status, versioning } = operation;
  const answers: Record<string, Json> = {
    [status]: {
      description: operation.summary,
      ...(versioning !== "none" && status !== 204 && { headers: { ETag: etagHeader } }),
      ...(answer !== undefined && {
        content: contentOf(
          "application/json",
          components.schemaOf(answer, "output"),
          openApiExamples[id]?.answer,
        ),
      }),
    },
  };
  for (const code of refusalsOf(operation))
    answers[statusOf(code)] = { $ref: `#/components/responses/${statusOf(code)}` };
  return answers;
}

function operationOf(id: OperationId, operation: Operation, components: Components): Json {
  const { body, access, tag, summary } = operation;
  const types =
    operation.method === "PATCH"
      ? ["application/merge-patch+json", "application/json"]
      : ["application/json"];
  return {
    operationId: id,
    tags: [tag],
    summary,
    "x-onhook-access": access,
    security: access === "anybody" ? [] : [{ bearer: [] }, { session: [] }],
    parameters: parametersOf(operation, components),
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: Object.fromEntries(
          types.map((type) => [
            type,
            {
              schema: components.schemaOf(body, "input"),
              ...(openApiExamples[id]?.body !== undefined && { example: openApiExamples[id].body }),
            },
          ]),
        ),
      },
    }),
    responses: answersOf(id, operation, components),
  };
}

/** One for each status that a problem can have, with the codes that have it. */
function problemResponses(schema: unknown): Json {
  const byStatus = Map.groupBy(
    (Object.keys(errorTable) as ErrorCode[]).filter((code) => "status" in errorTable[code]),
    statusOf,
  );
  const header = (description: string): Json => ({ description, schema: { type: "string" } });
  const headers: Readonly<Record<number, Json>> = {
    401: { "WWW-Authenticate": header("Bearer") },
    405: { Allow: header("What can be done here.") },
    412: { ETag: etagHeader },
    429: { "Retry-After": header("After how many seconds to try again.") },
    503: { "Retry-After": header("After how many seconds to try again.") },
  };
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        status,
        {
          description: codes.map((code) => `\`${code}\`: ${errorTable[code].message}.`).join("\n"),
          ...(headers[status] !== undefined && { headers: headers[status] }),
          content: contentOf("application/problem+json", schema),
        },
      ]),
  );
}

const securitySchemes = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A token of the API, or an access token of the OpenID Connect provider.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-onhook_session",
    description: "What the portal signs in with; without https its name is `onhook_session`.",
  },
};

/** The OpenAPI 3.1 document of the whole API, made from the table of operations. */
export function openApiDocument(version: string): Json {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, operation] of Object.entries<Operation>(operations) as [
    OperationId,
    Operation,
  ][]) {
    const path = operation.path.replaceAll(parameterPattern, "{$1}");
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: operationOf(id, operation, components),
    };
  }
  const problem = components.schemaOf(problemDetails, "output");
  return {
    openapi: "3.1.0",
    info: {
      title: "Onhook",
      version,
      description: "Triggers, licences, calls and deliveries. docs/api.md tells how to use it.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: apiPath }],
    tags: [...new Set(Object.values<Operation>(operations).map(({ tag }) => tag))].map((name) => ({
      name,
    })),
    paths,
    components: {
      securitySchemes,
      schemas: components.schemas,
      responses: problemResponses(problem),
    },
  };
}
