import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../../src/admin/api/open-api.ts";
import { openApiExamples } from "../../../src/admin/api/open-api-examples.ts";
import { operations } from "../../../src/admin/contract/operations.ts";
import type { OperationId } from "../../../src/admin/contract/operations.ts";
import type { Operation } from "../../../src/admin/contract/operation.ts";
import { openAdmin } from "../../support/memory-admin.ts";
import packageJson from "../../../package.json" with { type: "json" };

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Record<string, unknown>>>;
}
const document = openApiDocument(packageJson.version) as unknown as Document;
const text = `${JSON.stringify(document, null, 2)}\n`;

test("docs/openapi.json says what the code says", async () => {
  await expect(text).toMatchFileSnapshot("../../../docs/openapi.json");
});

test("the document is what the API answers with", async () => {
  const { ask } = await openAdmin(undefined, { version: packageJson.version });
  expect((await ask(null, "GET", "/openapi.json")).json).toEqual(JSON.parse(text));
});

test("the document is OpenAPI 3.1, and every reference in it leads somewhere", async () => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(text) as Record<string, unknown>);
  expect(result.errors).toBeUndefined();
  expect([result.valid, validator.version]).toEqual([true, "3.1"]);
  const root = JSON.parse(text) as unknown;
  for (const [, reference = ""] of text.matchAll(/"\$ref": "#\/([^"]+)"/g)) {
    const found = reference
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
    expect({ reference, isThere: found !== undefined }).toEqual({ reference, isThere: true });
  }
});

test("the validator finds mistakes", async () => {
  const wrong = { ...document, paths: { "/a": { get: { responses: 7 } } } };
  expect((await new Validator().validate(wrong)).valid).toBe(false);
});

describe.each(Object.entries<Operation>(operations))("%s", (id, operation) => {
  const described = document.paths[operation.path.replaceAll(/:(\w+)/g, "{$1}")];
  const own = described?.[operation.method.toLowerCase()];

  test("is described, with whom it is for and its own success", () => {
    expect(own).toMatchObject({ operationId: id, "x-onhook-access": operation.access });
    const statuses = Object.keys(own?.["responses"] ?? {});
    expect(statuses).toContain(String(operation.status));
    expect(statuses).toContain("503");
  });
});

test.each(Object.entries(openApiExamples))(
  "the example of %s is one that it takes",
  (id, example) => {
    const { body }: Operation = operations[id as OperationId];
    expect(body?.safeParse(example.body).success).toBe(true);
  },
);
