import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

const catalog = createFieldCatalog(callEndedSchema());
const later = createFieldCatalog(laterSchema({ name: "queue", type: ["null", "string"] }));
const idOf = (number: number) => `7c9e6679-7425-40de-944b-${String(number).padStart(12, "0")}`;
const on = (field: string, op = "exists", ...values: string[]) => ({
  filters: [{ field, op, values }],
});

/** A table that keeps few triggers unpacked. */
function tableWith(mostUnpacked: number) {
  const table = createTriggerTable({
    catalog: later,
    allowHttp: false,
    onTypeMismatch: () => undefined,
    mostUnpacked,
  });
  let offset = -1;
  const put = (number: number, changes: object) => {
    offset += 1;
    const triggerId = idOf(number);
    return table.applyTrigger({
      triggerId,
      value: triggerInput({ triggerId, ...changes }),
      offset,
    });
  };
  return { table, put };
}

describe("triggers that are kept as bytes", () => {
  it("are compiled again where they were not used for a while, by the catalog that they were valid by", () => {
    const { table, put } = tableWith(2);
    for (let number = 1; number <= 9; number += 1)
      put(number, { tenantId: `t${number}`, ...on("queue", "eq", "A") });
    table.useCatalog(catalog);
    const firesOf = (number: number) =>
      table.tenant(`t${number}`)?.triggers.map(({ fires }) => fires({ id: "c1", queue: "A" }));
    const first = table.tenant("t1");
    expect(table.tenant("t1")).toBe(first);
    for (let number = 1; number <= 9; number += 1) expect(firesOf(number)).toEqual([true]);
    expect(table.tenant("t1")).not.toBe(first);
    expect(firesOf(1)).toEqual([true]);
    expect(table.trigger(idOf(5))).toMatchObject({ offset: 4, trigger: { tenantId: "t5" } });
  });

  it("have nothing of the one that is gone whose place they take", () => {
    const { table, put } = tableWith(1000);
    put(1, { enabled: false });
    put(2, on("dur"));
    table.applyTrigger({ triggerId: idOf(1), value: null, offset: 9 });
    put(3, { tenantId: "t2", ...on("tags.a") });
    const activeOf = (tenantId: string) =>
      table.tenant(tenantId)?.triggers.map(({ trigger }) => trigger.triggerId);
    expect([activeOf("t1"), activeOf("t2")]).toEqual([[idOf(2)], [idOf(3)]]);
    expect(table.counts()).toMatchObject({ active: 2, disabled: 0 });
    expect(table.origin(idOf(1))).toBeUndefined();
    expect(table.origin(idOf(3))).toMatchObject({ offset: 2 });
  });
});
