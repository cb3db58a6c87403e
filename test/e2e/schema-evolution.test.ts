import { expect, test } from "vitest";
import { ownNames } from "../support/e2e-names.ts";
import { schemaFile } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

/** As if a former Onhook, or somebody else, had registered it. */
async function register(subject: string, schema: object): Promise<void> {
  const response = await fetch(`${stack.registryUrl}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  expect(response.status).toBe(200);
}

/** The shipped schema of a record, without one of its fields. */
function lacking(file: string, field: string): object {
  const schema = schemaFile(file) as unknown as { readonly fields: readonly { name: string }[] };
  const fields = schema.fields.filter(({ name }) => name !== field);
  expect(fields).toHaveLength(schema.fields.length - 1);
  return { ...schema, fields };
}

test("`topics apply` refuses a schema that can't read what is kept, names subject and field, and does nothing at all", async () => {
  const { env, topics } = ownNames(stack, "evolution-refused");
  await register(`${topics.jobs}-value`, lacking("delivery-job", "cdrId"));
  const { status, stdout, stderr } = await runProgram(["topics", "apply"], { env });
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(`The schema of ${topics.jobs}-value is not compatible`);
  expect(stderr).toMatch(/records of version 1 could not be read: .*cdrId/);
  const list = await runProgram(["trigger", "list"], { env });
  expect(list.stderr).toContain("onhook topics apply");
});

test("`topics apply` adds a version to a schema that it can follow", async () => {
  const { env, topics } = ownNames(stack, "evolution-followed");
  await register(`${topics.attempts}-value`, lacking("delivery-attempt", "host"));
  const told = await mustRun(["topics", "apply"], { env });
  expect(told).toMatch(new RegExp(`^\\+ registered ${topics.attempts}-value: id \\d+$`, "m"));
  const response = await fetch(`${stack.registryUrl}/subjects/${topics.attempts}-value/versions`);
  expect(await response.json()).toEqual([1, 2]);
});
