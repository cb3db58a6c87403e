import { describe, expect, it } from "vitest";
import type { CallEnded, Cdr } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import { placesOf } from "../../src/audit/plain-places.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import type { CompiledTrigger } from "../../src/triggers/compile-trigger.ts";
import { callEndedSchema, cdrSchemaOf, encoder } from "../cdr/call-bytes.ts";
import conformance from "../conformance/filters.json" with { type: "json" };
import { triggerInput } from "./trigger-input.ts";

const schema = callEndedSchema();
const catalog = createFieldCatalog(schema);
const encode = encoder(schema);
const reader = createCallSchema(7, schema);
const fieldNames = cdrSchemaOf(schema).fields.map(({ name }) => name);

function failOnMismatch(path: string): void {
  throw new Error(`type mismatch on ${path}`);
}

function compile(conditions: unknown): CompiledTrigger {
  const checked = checkTrigger(triggerInput({ filters: conditions }), {
    catalog,
    allowHttp: false,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileTrigger(checked.trigger, catalog, failOnMismatch);
}

/** The case's CDR with null for what it does not have, as avsc gives it. */
function cdrOf(changes: object | undefined): Cdr {
  const given: Record<string, unknown> = { ...conformance.base, ...changes };
  return Object.fromEntries(fieldNames.map((name) => [name, given[name] ?? null])) as Cdr;
}

describe.each(conformance.cases)("conformance: $name", ({ conditions, fires, ...rest }) => {
  const cdr = cdrOf("cdr" in rest ? rest.cdr : undefined);

  it("holds for a decoded call", () => {
    expect(compile(conditions).fires(cdr)).toBe(fires);
  });

  it("holds for a call read from its bytes, of which only the trigger's fields are decoded", () => {
    const compiled = compile(conditions);
    const call: CallEnded = reader
      .scan(encode({ tenantId: "t1", id: null, cdr }))
      .project(compiled.cdrFields);
    expect(compiled.fires(call.cdr)).toBe(fires);
  });

  it("holds by the plain evaluator", () => {
    expect(plainFires(conditions, cdr)).toBe(fires);
    expect(plainFires(conditions, cdr, placesOf(schema))).toBe(fires);
  });
});

describe.each(conformance.refused)("conformance, refused: $name", ({ condition, names }) => {
  it("names the condition and the property", () => {
    const filters = [{ field: "dur", op: "exists" }, condition];
    const checked = checkTrigger(triggerInput({ filters }), { catalog, allowHttp: false });
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path)).toEqual([
      `filters[1].${names}`,
    ]);
  });
});
