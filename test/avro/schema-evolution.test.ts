import { expect, it } from "vitest";
import { evolutionProblem } from "../../src/avro/schema-evolution.ts";
import { readSchema } from "../../src/schema-files.ts";

const record = (...fields: readonly object[]) => ({ type: "record", name: "Note", fields });
const text = { name: "text", type: "string" };
const withDefault = { name: "more", type: ["null", "string"], default: null };
const version = (schema: unknown, number = 1) => ({ version: number, schema });

it("a field with a default may come, and may go again", () => {
  expect(evolutionProblem(record(text, withDefault), [version(record(text))])).toBeNull();
  expect(evolutionProblem(record(text), [version(record(text, withDefault))])).toBeNull();
});

it("a first version may be anything", () => {
  expect(evolutionProblem(record(text), [])).toBeNull();
});

it("a field without a default must not come: records without it are kept", () => {
  const problem = evolutionProblem(record(text, { name: "must", type: "string" }), [
    version(record(text)),
  ]);
  expect(problem).toMatch(/^records of version 1 could not be read: .*must/);
});

it("a field without a default must not go: processes of the version before read it", () => {
  const problem = evolutionProblem(record(withDefault), [version(record(withDefault, text))]);
  expect(problem).toMatch(/^processes that know version 1 could not read its records: .*text/);
});

it("every version counts for what is kept, the newest alone for what runs", () => {
  const first = version(record(text));
  const second = version(record(text, withDefault), 2);
  const number = record(text, { name: "more", type: ["null", "long"], default: null });
  expect(evolutionProblem(number, [first, second])).toMatch(/^records of version 2/);
  const third = version(record(withDefault), 3);
  expect(evolutionProblem(record(text, withDefault), [third])).toMatch(/^records of version 3/);
});

it.each(["Trigger", "Tenant", "DeliveryJob", "DeliveryAttempt", "CallEnded"] as const)(
  "%s may follow itself",
  (name) => {
    expect(evolutionProblem(readSchema(name), [version(readSchema(name))])).toBeNull();
  },
);
