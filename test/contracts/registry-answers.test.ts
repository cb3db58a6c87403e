import { createServer } from "node:http";
import { expect, test } from "vitest";
import { createSchemaRegistry } from "../../src/registry/schema-registry.ts";
import type { SchemaRegistry } from "../../src/registry/schema-registry.ts";
import { listen } from "../support/loopback-receiver.ts";

/** The client, and a server that gives all its questions one answer. */
async function answering(
  status: number,
  body: string,
): Promise<AsyncDisposable & { readonly registry: SchemaRegistry }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { location: "/login" }).end(body);
  });
  const receiver = await listen(server);
  const options = {
    url: `http://${receiver.host}`,
    username: "reader",
    password: "hush",
    timeoutMs: 5000,
  };
  return {
    registry: createSchemaRegistry(options, () => undefined),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

const page = "<html><title>a proxy's page</title></html>";
const said = (code: number): string => JSON.stringify({ error_code: code, message: "why" });

test.each([
  ["a login page", 401, page, "REGISTRY_AUTH"],
  ["a refused login", 401, said(401), "REGISTRY_AUTH"],
  ["missing rights", 403, said(403), "REGISTRY_AUTH"],
  ["a page that is not there", 404, page, "REGISTRY_UNREACHABLE"],
  ["an address that is not the registry's", 404, said(404), "REGISTRY_UNREACHABLE"],
  ["a redirect", 302, "", "REGISTRY_UNREACHABLE"],
  ["too many questions", 429, "", "REGISTRY_UNREACHABLE"],
  ["a bad gateway", 502, page, "REGISTRY_UNREACHABLE"],
  ["a page of success", 200, page, "REGISTRY_ANSWER"],
])("%s says nothing of a schema: it is asked for again", async (_, status, body, code) => {
  await using front = await answering(status, body);
  await expect(front.registry.get(7)).rejects.toMatchObject({ code, retryable: true });
  await expect(front.registry.latest("s")).rejects.toMatchObject({ code, retryable: true });
});

test("only the registry's own codes say that a schema or a subject is not there", async () => {
  await using schemaless = await answering(404, said(40_403));
  await expect(schemaless.registry.get(7)).rejects.toMatchObject({ code: "SCHEMA_UNKNOWN" });
  await using subjectless = await answering(404, said(40_401));
  expect(await subjectless.registry.latest("s")).toBeNull();
  expect(await subjectless.registry.lookUp("s", "string")).toBeNull();
});

test("a request that is wrong in itself is refused for good", async () => {
  await using front = await answering(422, said(42_201));
  const refused = { code: "REGISTRY_REFUSED", retryable: false };
  await expect(front.registry.register("s", "string")).rejects.toMatchObject(refused);
});

test("a refused login names the settings, and does not repeat the password", async () => {
  await using front = await answering(401, page);
  const problem = expect.stringMatching(
    /^(?!.*hush).*it answered 401; check registry\.username and registry\.password$/,
  );
  await expect(front.registry.get(7)).rejects.toMatchObject({ message: problem });
});
