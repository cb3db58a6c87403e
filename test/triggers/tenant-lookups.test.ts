import { expect, test, vi } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { readTrigger } from "../../src/triggers/trigger-bytes.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

vi.mock("../../src/triggers/trigger-bytes.ts", { spy: true });

const idOf = (index: number): string =>
  `7c9e6679-7425-40de-944b-${String(index).padStart(12, "0")}`;

function table() {
  return createTriggerTable({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp: false,
    onTypeMismatch: () => undefined,
    mostUnpacked: 1,
  });
}

function put(into: ReturnType<typeof table>, index: number, changes: object): void {
  const triggerId = idOf(index);
  const value = triggerInput({ triggerId, ...changes });
  expect(into.applyTrigger({ triggerId, offset: index, value })).toBe("applied");
}

test("a tenant's triggers are found whatever their status, and none of other tenants' is read for that", () => {
  const triggers = table();
  for (let index = 0; index < 500; index += 1)
    put(triggers, index, { tenantId: `t${index % 250}` });
  put(triggers, 500, { tenantId: "t7", enabled: false });
  const read = vi.mocked(readTrigger);
  read.mockClear();
  const found = triggers.triggersOf("t7");
  expect(found.map(({ trigger, status }) => [trigger.triggerId, status])).toEqual([
    [idOf(7), "active"],
    [idOf(257), "active"],
    [idOf(500), "disabled"],
  ]);
  expect(read.mock.calls.length).toBe(3);
  expect([...triggers.all()]).toHaveLength(501);
  expect(read.mock.calls.length).toBeGreaterThan(490);
  expect(triggers.triggersOf("nobody")).toEqual([]);
});

test("a licence is known with the offset of its event, counts with it, until it is deleted", () => {
  const triggers = table();
  expect([triggers.licence("t1"), triggers.countsOf("t1")]).toEqual([undefined, undefined]);
  put(triggers, 1, {});
  put(triggers, 2, { enabled: false });
  triggers.applyTenant({ tenantId: "t1", offset: 9, value: { tenantId: "t1", maxTriggers: 1 } });
  expect(triggers.licence("t1")).toMatchObject({ offset: 9, tenant: { maxTriggers: 1 } });
  expect(triggers.countsOf("t1")).toEqual({
    active: 1,
    disabled: 1,
    "over-licence": 0,
    suspended: 0,
  });
  triggers.applyTenant({ tenantId: "t2", offset: 10, value: { tenantId: "t2" } });
  expect([...triggers.tenantIds()]).toEqual(["t1", "t2"]);
  triggers.applyTenant({ tenantId: "t2", offset: 11, value: null });
  triggers.applyTenant({ tenantId: "t1", offset: 12, value: null });
  expect([...triggers.tenantIds()]).toEqual(["t1"]);
  expect(triggers.licence("t1")).toBeUndefined();
});
