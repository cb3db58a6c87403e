import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTenant } from "../../src/triggers/tenant.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

function codecOf(file: string) {
  const path = new URL(`../../schemas/${file}`, import.meta.url);
  const schema = JSON.parse(readFileSync(path, "utf8")) as unknown;
  const schemas = { get: async () => schema };
  return createRecordCodec<unknown>({ schema, schemaId: 3, schemas });
}

const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: false };

describe("what the topics carry", () => {
  it("is a trigger as it was checked, and passes the check again", async () => {
    const filters = [{ field: "tags.VIP", op: "wildcard", values: ["a*"], ignoreCase: true }];
    const written = triggerInput({ filters, createdAt: 1_716_971_855_000, name: "😀" });
    const checked = checkTrigger(written, rules);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const codec = codecOf("trigger.avsc");
    const read = checkTrigger(await codec.decode(codec.encode(checked.trigger)), rules);
    expect(read).toEqual(checked);
  });

  it("is a tenant as it was checked", async () => {
    const checked = checkTenant({ tenantId: "t1", maxTriggers: 5 });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const codec = codecOf("tenant.avsc");
    expect(checkTenant(await codec.decode(codec.encode(checked.tenant)))).toEqual(checked);
  });
});

describe("a tenant", () => {
  it("has no limit and is not suspended unless it says so", () => {
    expect(checkTenant({ tenantId: "t1" })).toEqual({
      ok: true,
      tenant: { tenantId: "t1", name: "", maxTriggers: null, suspended: false },
    });
  });

  it("has all its problems named at once", () => {
    const input = { tenantId: "", maxTriggers: -1, suspended: 1, limit: 5 };
    const checked = checkTenant(input);
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path).toSorted()).toEqual([
      "limit",
      "maxTriggers",
      "suspended",
      "tenantId",
    ]);
  });
});
