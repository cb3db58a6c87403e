import { Agent, request } from "undici";
import type { SchemaSource } from "../avro/record-codec.ts";
import { OnhookError } from "../errors.ts";
import type { Emit } from "../runtime/emit.ts";
import type { RegistryEvent } from "./registry-events.ts";

export interface RegistryOptions {
  /** Root of the Confluent-compatible API. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly timeoutMs: number;
  /** PEM: certificates that the registry's one is checked against; those that Node trusts when left out. */
  readonly ca?: string;
}

export interface RegisteredSchema {
  readonly id: number;
  readonly version: number;
  readonly schema: unknown;
}

/**
 * A schema registry with the Confluent API. All of it rejects with REGISTRY_UNREACHABLE when the registry does not
 * answer or is not well, with REGISTRY_AUTH when it asks for another user or password, and with REGISTRY_REFUSED when it
 * says that the request is wrong.
 */
export interface SchemaRegistry extends SchemaSource {
  /** The newest version of a subject, or null when there is none. */
  latest(subject: string): Promise<RegisteredSchema | null>;
  /** All versions of a subject, the oldest first; none where there is no such subject. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>;
  /** The id under which the subject has exactly this schema, or null. */
  lookUp(subject: string, schema: unknown): Promise<number | null>;
  /** Adds a version; the same schema again is the same id. Rejects with SCHEMA_INCOMPATIBLE when the subject's rule forbids it. */
  register(subject: string, schema: unknown): Promise<number>;
  /** Sets the subject's compatibility rule, for example BACKWARD. */
  setCompatibility(subject: string, level: string): Promise<void>;
  /** Deletes a subject with all its versions, for good; one that is not there is no failure. */
  remove(subject: string): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const conflict = 409;

/**
 * Whether the registry itself says that it has no such id, subject, version or schema: its codes for that are 40401 and
 * those after it. A 404 without one comes from something else at this address, and says nothing of a schema.
 */
function isNotFound({ status, body }: Answer): boolean {
  const code = (body as { readonly error_code?: unknown } | null)?.error_code;
  return status === 404 && typeof code === "number" && code > 40_400 && code < 40_500;
}

export function createSchemaRegistry(
  options: RegistryOptions,
  emit: Emit<RegistryEvent>,
): SchemaRegistry {
  const ask = createAsk(options, emit);
  const byId = new Map<number, unknown>();

  async function expect(method: Method, path: string, body?: object): Promise<unknown> {
    const answer = await ask(method, path, body);
    return isNotFound(answer) ? null : answer.body;
  }

  return {
    async get(id) {
      if (byId.has(id)) return byId.get(id);
      const found = await expect("GET", `/schemas/ids/${id}`);
      if (found === null) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId: id });
      const schema = parsed(text(found, "schema"), id);
      byId.set(id, schema);
      return schema;
    },
    ...versionReader(expect),
    async lookUp(subject, schema) {
      const found = await expect("POST", path(subject), { schema: JSON.stringify(schema) });
      return found === null ? null : number(found, "id");
    },
    async register(subject, schema) {
      const answer = await ask("POST", `${path(subject)}/versions`, {
        schema: JSON.stringify(schema),
      });
      if (answer.status === conflict)
        throw new OnhookError("SCHEMA_INCOMPATIBLE", {
          subject,
          problem: reasonOf(answer) ?? "without a reason",
        });
      return number(answer.body, "id");
    },
    async setCompatibility(subject, level) {
      await ask("PUT", `/config/${encodeURIComponent(subject)}`, { compatibility: level });
    },
    async remove(subject) {
      // Marked first, then deleted: registries refuse the second where the first has not been done.
      await ask("DELETE", path(subject));
      await ask("DELETE", `${path(subject)}?permanent=true`);
    },
  };
}

/** What is registered under a subject. `expect` resolves with a body, or with null where there is no such thing. */
function versionReader(
  expect: (method: Method, path: string) => Promise<unknown>,
): Pick<SchemaRegistry, "latest" | "versions"> {
  async function version(subject: string, which: number | "latest") {
    const found = await expect("GET", `${path(subject)}/versions/${which}`);
    if (found === null) return null;
    const id = number(found, "id");
    return { id, version: number(found, "version"), schema: parsed(text(found, "schema"), id) };
  }

  return {
    latest: (subject) => version(subject, "latest"),
    async versions(subject) {
      const found = await expect("GET", `${path(subject)}/versions`);
      const numbers = found === null ? [] : versionNumbers(found);
      const all = await Promise.all(numbers.map((each) => version(subject, each)));
      // One that was deleted since then is none.
      return all.filter((each) => each !== null);
    },
  };
}

const path = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Ask = (method: Method, path: string, body?: object) => Promise<Answer>;

/** Sends one question; answers with 2xx, the registry's own 404, and 409, all else is an error. */
function createAsk(
  { url, username, password, timeoutMs, ca }: RegistryOptions,
  emit: Emit<RegistryEvent>,
): Ask {
  const own = ca === undefined ? {} : { dispatcher: new Agent({ connect: { ca } }) };
  const headers: Record<string, string> = {
    accept: "application/vnd.schemaregistry.v1+json, application/json",
  };
  if (username !== null) {
    headers["authorization"] =
      `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
  }

  async function answerTo(method: Method, where: string, body?: object): Promise<Answer> {
    const options = {
      method,
      headers: {
        ...headers,
        ...(body && { "content-type": "application/vnd.schemaregistry.v1+json" }),
      },
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await request(`${url.replace(/\/$/, "")}${where}`, {
      ...options,
      ...sent,
      ...own,
      signal,
    });
    return { status: response.statusCode, body: bodyOf(await response.body.text()) };
  }

  return async (method, where, body) => {
    try {
      const answer = await answerTo(method, where, body);
      const understood = answer.status < 300 && answer.body !== null;
      if (understood || isNotFound(answer) || answer.status === conflict) return answer;
      throw failureOf(url, answer);
    } catch (error) {
      const own =
        error instanceof OnhookError
          ? error
          : new OnhookError(
              "REGISTRY_UNREACHABLE",
              { url, problem: messageOf(error) },
              { cause: error },
            );
      emit({ type: "registry.failed", error: own });
      throw own;
    }
  };
}

/** What stands in front of a registry answers with pages for people: such a body is null. */
function bodyOf(content: string): unknown {
  if (content === "") return {};
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

/**
 * Only a request that is wrong in itself is refused for good. A registry that asks for another login, or that something
 * else answers for, says nothing of the schema: what needs it has to wait, or calls would end in quarantine.
 */
function failureOf(url: string, answer: Answer): OnhookError {
  const { status } = answer;
  if (status < 300) return new OnhookError("REGISTRY_ANSWER", { problem: "it is not JSON" });
  const reason = reasonOf(answer);
  const problem = `it answered ${status}${reason === null ? "" : `: ${reason}`}`;
  if (status === 401 || status === 403) return new OnhookError("REGISTRY_AUTH", { url, problem });
  const refused = status === 400 || status === 422;
  return new OnhookError(refused ? "REGISTRY_REFUSED" : "REGISTRY_UNREACHABLE", { url, problem });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" && "code" in error ? String(error.code) : error.message;
}

function reasonOf({ body }: Answer): string | null {
  const message = (body as { readonly message?: unknown } | null)?.message;
  return typeof message === "string" ? message : null;
}

function text(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | null)?.[name];
  if (typeof value !== "string")
    throw new OnhookError("REGISTRY_ANSWER", { problem: `it has no text "${name}"` });
  return value;
}

function number(body: unknown, name: string): number {
  const value = (body as Record<string, unknown> | null)?.[name];
  if (typeof value !== "number")
    throw new OnhookError("REGISTRY_ANSWER", { problem: `it has no number "${name}"` });
  return value;
}

function versionNumbers(body: unknown): readonly number[] {
  if (!Array.isArray(body) || !body.every((each) => Number.isInteger(each)))
    throw new OnhookError("REGISTRY_ANSWER", { problem: "it is not a list of versions" });
  return (body as number[]).toSorted((one, other) => one - other);
}

/** Schemas of other kinds (JSON Schema, Protobuf) share the registry; they are text that may not even be JSON. */
function parsed(schema: string, id: number): unknown {
  try {
    return JSON.parse(schema);
  } catch (cause) {
    throw new OnhookError("AVRO_SCHEMA", { problem: `schema ${id} is not JSON` }, { cause });
  }
}
