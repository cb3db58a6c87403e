import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSchemaRegistry } from "../../src/registry/schema-registry.ts";
import type { RegistryOptions } from "../../src/registry/schema-registry.ts";
import type { RegistryEvent } from "../../src/registry/registry-events.ts";
import { readSchema } from "../../src/schema-files.ts";
import { laterSchema } from "../cdr/call-bytes.ts";
import { listen } from "../support/loopback-receiver.ts";
import { MemoryRegistry } from "../support/memory-registry.ts";
import { useStack } from "../support/stack.ts";
import { ownName } from "./log-under-test.ts";

function registryAt(url: string, options: Partial<RegistryOptions> = {}) {
  const events: RegistryEvent[] = [];
  const all = { url, username: null, password: null, timeoutMs: 5000, ...options };
  return { registry: createSchemaRegistry(all, (event) => void events.push(event)), events };
}

const realRegistry = () => registryAt(useStack().registryUrl).registry;

/** A record of its own, so that no other test has its id. */
const noteSchema = (...fields: object[]) => ({
  type: "record",
  name: `Note${crypto.randomUUID().replaceAll("-", "")}`,
  fields: [{ name: "text", type: "string" }, ...fields],
});

const registries = [
  ["the registry in memory", () => new MemoryRegistry()],
  ["Apicurio", realRegistry],
] as const;

describe.each(registries)("%s", (_, make) => {
  test("gives back a schema by the id under which it was registered", async () => {
    const registry = make();
    const schema = noteSchema();
    const id = await registry.register(ownName("subject"), schema);
    expect(id).toBeGreaterThan(0);
    expect(await registry.get(id)).toEqual(schema);
  });

  test("gives the same schema the same id, again and under another subject", async () => {
    const registry = make();
    const [schema, subject] = [noteSchema(), ownName("subject")];
    const id = await registry.register(subject, schema);
    expect(await registry.register(subject, schema)).toBe(id);
    expect(await registry.register(ownName("subject"), schema)).toBe(id);
    expect(await registry.latest(subject)).toMatchObject({ id, version: 1 });
  });

  test("knows the newest version of a subject", async () => {
    const registry = make();
    const subject = ownName("subject");
    expect(await registry.latest(subject)).toBeNull();
    const first = noteSchema();
    const second = {
      ...first,
      fields: [...first.fields, { name: "more", type: "int", default: 0 }],
    };
    await registry.register(subject, first);
    const id = await registry.register(subject, second);
    expect(await registry.latest(subject)).toEqual({ id, version: 2, schema: second });
  });

  test("looks up the id of exactly this schema in a subject, and finds none elsewhere", async () => {
    const registry = make();
    const [schema, subject] = [noteSchema(), ownName("subject")];
    expect(await registry.lookUp(subject, schema)).toBeNull();
    const id = await registry.register(subject, schema);
    expect(await registry.lookUp(subject, schema)).toBe(id);
    expect(await registry.lookUp(subject, noteSchema())).toBeNull();
    expect(await registry.lookUp(ownName("subject"), schema)).toBeNull();
  });

  test.each([0, -5, 999_999_999])("has no schema of id %i", async (id) => {
    await expect(make().get(id)).rejects.toMatchObject({
      code: "SCHEMA_UNKNOWN",
      retryable: false,
      details: { schemaId: id },
    });
  });
});

describe("Apicurio", () => {
  test.each(["Trigger", "Tenant", "DeliveryJob", "DeliveryAttempt", "CallEnded"] as const)(
    "takes the shipped schema %s and gives it back as it is",
    async (name) => {
      const registry = realRegistry();
      const schema = readSchema(name);
      const subject = ownName(name);
      const id = await registry.register(subject, schema);
      expect(await registry.lookUp(subject, schema)).toBe(id);
      expect(await registry.get(id)).toEqual(schema);
    },
  );

  test("takes a later schema of calls by the rule BACKWARD, and refuses one that breaks it", async () => {
    const registry = realRegistry();
    const subject = ownName("calls");
    await registry.setCompatibility(subject, "BACKWARD");
    await registry.register(subject, readSchema("CallEnded"));
    const queue = { name: "queue", type: ["null", "string"], default: null };
    await registry.register(subject, laterSchema(queue));
    const breaking = registry.register(subject, laterSchema({ name: "must", type: "string" }));
    await expect(breaking).rejects.toMatchObject({
      code: "SCHEMA_INCOMPATIBLE",
      retryable: false,
      details: { subject, problem: expect.stringMatching(/\w/) },
    });
    expect(await registry.latest(subject)).toMatchObject({ version: 2 });
  });

  test("deletes a subject for good: what is registered under it later begins anew", async () => {
    const registry = realRegistry();
    const subject = ownName("subject");
    const [first, other] = [noteSchema(), noteSchema()];
    await registry.setCompatibility(subject, "BACKWARD");
    await registry.register(subject, first);
    await registry.remove(subject);
    expect(await registry.latest(subject)).toBeNull();
    expect(await registry.lookUp(subject, first)).toBeNull();
    await registry.register(subject, other);
    expect(await registry.latest(subject)).toMatchObject({ version: 1, schema: other });
    await registry.remove(subject);
    await registry.remove(subject);
  });

  test("refuses what is no schema, for good", async () => {
    const registering = realRegistry().register(ownName("subject"), { type: "rekord" });
    await expect(registering).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
      retryable: false,
    });
  });

  test("has subjects of any name", async () => {
    const registry = realRegistry();
    const [subject, schema] = [`${ownName("a/b c%20?#")}-value`, noteSchema()];
    const id = await registry.register(subject, schema);
    expect(await registry.latest(subject)).toMatchObject({ id });
  });
});

interface Answer {
  readonly status?: number;
  readonly body?: string;
}

/** A registry whose answers are these, one after the other, the last for ever; and what it was asked. */
async function stub(...answers: readonly Answer[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const { status = 200, body = "" } = answers[asked.length] ?? answers.at(-1) ?? {};
    asked.push(request);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  const receiver = await listen(server);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  return { url: `http://${receiver.host}/api/`, asked };
}

const found = { body: JSON.stringify({ schema: '{"type":"string"}', id: 7, version: 1 }) };

describe("a client of the registry", () => {
  test("logs in with its user and password, and asks below its address", async () => {
    const { url, asked } = await stub(found);
    const { registry } = registryAt(url, { username: "onhook", password: "s:cret" });
    await registry.get(7);
    expect(asked[0]?.url).toBe("/api/schemas/ids/7");
    const login = Buffer.from("onhook:s:cret").toString("base64");
    expect(asked[0]?.headers.authorization).toBe(`Basic ${login}`);
  });

  test("does not log in where it has no user", async () => {
    const { url, asked } = await stub(found);
    await registryAt(url).registry.get(7);
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  test("asks for each id once, and again for one that it was not given", async () => {
    const unknown = { status: 404, body: '{"error_code":40403,"message":"no"}' };
    const { url, asked } = await stub(unknown, found);
    const { registry } = registryAt(url);
    await expect(registry.get(7)).rejects.toMatchObject({ code: "SCHEMA_UNKNOWN" });
    for (let times = 0; times < 3; times += 1)
      expect(await registry.get(7)).toEqual({ type: "string" });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["asks for another login", { status: 401 }, "REGISTRY_AUTH", true],
    ["forbids it", { status: 403, body: '{"message":"not you"}' }, "REGISTRY_AUTH", true],
    [
      "finds the question wrong",
      { status: 422, body: '{"message":"no"}' },
      "REGISTRY_REFUSED",
      false,
    ],
    ["is not well", { status: 503, body: "<html>" }, "REGISTRY_UNREACHABLE", true],
    ["has too much to do", { status: 429 }, "REGISTRY_UNREACHABLE", true],
    [
      "is something else at its address",
      { status: 404, body: "<html>" },
      "REGISTRY_UNREACHABLE",
      true,
    ],
    ["sends a page for people", { status: 200, body: "<html>" }, "REGISTRY_ANSWER", true],
    ["sends no schema", { status: 200, body: "{}" }, "REGISTRY_ANSWER", true],
    [
      "sends a schema that is not JSON",
      { body: '{"schema":"syntax = proto3"}' },
      "AVRO_SCHEMA",
      false,
    ],
  ])("says so when the registry %s", async (_, answer, code, retryable) => {
    const { url } = await stub(answer);
    const { registry } = registryAt(url);
    await expect(registry.get(7)).rejects.toMatchObject({ code, retryable });
  });

  test("waits no longer than it was told to, and tells of it", async () => {
    const receiver = await listen(createServer(() => undefined));
    onTestFinished(() => receiver[Symbol.asyncDispose]());
    const { registry, events } = registryAt(`http://${receiver.host}`, { timeoutMs: 50 });
    await expect(registry.latest("s")).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    expect(events).toMatchObject([{ error: { code: "REGISTRY_UNREACHABLE" } }]);
  });

  test("says that the registry can't be reached where nobody listens, and tells of it", async () => {
    const receiver = await listen(createServer());
    const url = `http://${receiver.host}`;
    await receiver[Symbol.asyncDispose]();
    const { registry, events } = registryAt(url);
    const problem = expect.stringContaining("ECONNREFUSED") as string;
    await expect(registry.register("s", {})).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      retryable: true,
      details: { url, problem },
    });
    expect(events).toHaveLength(1);
  });

  test("says nothing of its password in any error", async () => {
    const { url } = await stub({ status: 401, body: '{"message":"no"}' });
    const { registry, events } = registryAt(url, { username: "u", password: "s3cret" });
    const error: unknown = await registry.get(1).catch((error: unknown) => error);
    expect(JSON.stringify([error, String(error), events])).not.toContain("s3cret");
  });
});
