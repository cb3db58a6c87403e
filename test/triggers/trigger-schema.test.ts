import { expect, test } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { readSchema } from "../../src/schema-files.ts";
import { triggerInput } from "./trigger-input.ts";

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly type: RecordSchema }[];
}

/** The schema as it was before actions had headers, credentials and an end of their old secrets. */
function formerSchema(): RecordSchema {
  const added = new Set(["oldSecretsUntil", "headers", "auth"]);
  const schema = readSchema("Trigger") as RecordSchema;
  const fields = schema.fields.map((field) =>
    field.name === "action"
      ? {
          ...field,
          type: { ...field.type, fields: field.type.fields.filter(({ name }) => !added.has(name)) },
        }
      : field,
  );
  return { ...schema, fields };
}

const former = { schema: formerSchema(), schemaId: 1 };
const newer = { schema: readSchema("Trigger"), schemaId: 2 };
const schemas = {
  get: (id: number) => Promise.resolve(id === 1 ? former.schema : newer.schema),
};
const codecOf = (of: typeof former | typeof newer) => createRecordCodec<object>({ ...of, schemas });

test("a trigger that was written before has no headers, no credentials, and secrets that all sign", async () => {
  const read = await codecOf(newer).decode(codecOf(former).encode(triggerInput()));
  expect(read).toMatchObject({ action: { headers: {}, auth: null, oldSecretsUntil: null } });
});

test("a trigger that is written now can be read by a version that does not know these", async () => {
  const action = {
    url: "https://example.com/hook",
    headers: { "x-a": "b" },
    auth: { scheme: "bearer", username: null, secret: "abc" },
    oldSecretsUntil: 5,
  };
  const read = await codecOf(former).decode(codecOf(newer).encode(triggerInput({ action })));
  expect(read).toMatchObject({ action: { url: action.url } });
  expect(JSON.stringify(read)).not.toMatch(/headers|auth|oldSecretsUntil/);
});
