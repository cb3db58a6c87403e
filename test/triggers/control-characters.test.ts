import { expect, test } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTenant } from "../../src/triggers/tenant.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: false };
const problems = [{ path: "name", message: "has a control character" }];

test.each([
  ["an escape sequence", "\u001b[2J"],
  ["two lines", "two\nlines"],
  ["an eight-bit control character", "\u009b"],
  ["a null character", "\u0000"],
])("a name with %s is refused", (_, name) => {
  expect(checkTrigger(triggerInput({ name }), rules)).toEqual({ ok: false, problems });
  expect(checkTenant({ tenantId: "t1", name })).toEqual({ ok: false, problems });
});

test("a name in any language is taken", () => {
  const name = "Verkäufe – 売上 📞";
  expect(checkTrigger(triggerInput({ name }), rules)).toMatchObject({ trigger: { name } });
  expect(checkTenant({ tenantId: "t1", name })).toMatchObject({ tenant: { name } });
});
