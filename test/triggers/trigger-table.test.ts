import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { FieldCatalog } from "../../src/cdr/field-catalog.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import type { Applied, TriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, cdrSchemaOf, laterSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "./trigger-input.ts";

const catalog = createFieldCatalog(callEndedSchema());
const later = createFieldCatalog(laterSchema({ name: "queue", type: ["null", "string"] }));

const idOf = (number: number) => `7c9e6679-7425-40de-944b-${String(number).padStart(12, "0")}`;

function tableWith(initial: FieldCatalog = catalog) {
  const mismatches: string[] = [];
  const table = createTriggerTable({
    catalog: initial,
    allowHttp: false,
    onTypeMismatch: (path) => mismatches.push(path),
  });
  let offset = -1;
  return {
    table,
    mismatches,
    /** Puts trigger `number`, of tenant t1 unless `changes` say otherwise. */
    put: (number: number, changes: object = {}): Applied => {
      const triggerId = idOf(number);
      offset += 1;
      return table.applyTrigger({
        triggerId,
        value: triggerInput({ triggerId, ...changes }),
        offset,
      });
    },
    remove: (number: number) =>
      table.applyTrigger({ triggerId: idOf(number), value: null, offset: (offset += 1) }),
    licence: (maxTriggers: number | null, suspended = false) =>
      table.applyTenant({
        tenantId: "t1",
        offset: 0,
        value: { tenantId: "t1", maxTriggers, suspended },
      }),
  };
}

function activeOf(table: TriggerTable, tenantId = "t1"): number[] | undefined {
  return table
    .tenant(tenantId)
    ?.triggers.map(({ trigger }) => Number(trigger.triggerId.slice(-12)));
}

function countsOf(table: TriggerTable): Record<string, number> {
  return Object.fromEntries(Object.entries(table.counts()).filter(([, count]) => count > 0));
}

const onDuration = { filters: [{ field: "dur", op: "gt", values: ["10"] }] };
const onQueue = { filters: [{ field: "queue", op: "eq", values: ["A"] }] };
const onTag = {
  filters: [
    { field: "tags.a", op: "exists" },
    { field: "dur", op: "exists" },
  ],
};

describe("the table of triggers", () => {
  it("knows nothing of a tenant without triggers", () => {
    const { table } = tableWith();
    expect(table.tenant("t1")).toBeUndefined();
    expect(table.trigger(idOf(1))).toBeUndefined();
    expect(countsOf(table)).toEqual({});
  });

  it("gives a tenant's triggers, compiled, and the fields that they need together", () => {
    const { table, put } = tableWith();
    expect([put(1, onDuration), put(2, onTag), put(3)]).toEqual(["applied", "applied", "applied"]);
    const tenant = table.tenant("t1");
    expect([...(tenant?.cdrFields ?? [])].toSorted()).toEqual(["dur", "tags"]);
    expect(tenant?.triggers.map((trigger) => trigger.fires({ id: "c1", dur: 11 }))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("gives the same object until something of the tenant changes", () => {
    const { table, put } = tableWith();
    put(1);
    const before = table.tenant("t1");
    put(2, { tenantId: "t2" });
    expect(table.tenant("t1")).toBe(before);
    put(1, onDuration);
    expect(table.tenant("t1")).not.toBe(before);
  });

  it("keeps the compiled form of triggers that did not change", () => {
    const { table, put } = tableWith();
    put(1);
    const [first] = table.tenant("t1")?.triggers ?? [];
    put(2);
    expect(table.tenant("t1")?.triggers[0]).toBe(first);
  });

  it("forgets a trigger when its tombstone comes", () => {
    const { table, put, remove } = tableWith();
    put(1);
    put(2);
    expect(remove(1)).toBe("deleted");
    expect(activeOf(table)).toEqual([2]);
    expect(remove(2)).toBe("deleted");
    expect(remove(3)).toBe("deleted");
    expect(table.tenant("t1")).toBeUndefined();
    expect([...table.all()]).toEqual([]);
  });

  it("moves a trigger that changes its tenant", () => {
    const { table, put } = tableWith();
    put(1);
    put(1, { tenantId: "t2" });
    expect(activeOf(table, "t1")).toBeUndefined();
    expect(activeOf(table, "t2")).toEqual([1]);
    expect(countsOf(table)).toEqual({ active: 1 });
  });

  it("fires no disabled trigger, but still knows it", () => {
    const { table, put } = tableWith();
    put(1, { enabled: false });
    expect(table.tenant("t1")).toBeUndefined();
    expect(table.trigger(idOf(1))).toMatchObject({
      status: "disabled",
      trigger: { enabled: false },
    });
    put(1);
    expect(activeOf(table)).toEqual([1]);
  });

  it("tells of values of another type", () => {
    const { table, put, mismatches } = tableWith();
    put(1, onDuration);
    expect(table.tenant("t1")?.triggers[0]?.fires({ id: "c1", dur: "long" })).toBe(false);
    expect(mismatches).toEqual(["dur"]);
  });
});

describe("an invalid event", () => {
  it("is refused with its problems, and the last valid version stays", () => {
    const { table, put } = tableWith();
    put(1, onDuration);
    expect(put(1, { filters: [{ field: "nosuch", op: "exists" }] })).toEqual({
      refused: [{ path: "filters[0].field", message: "is not a property of the CDR" }],
    });
    expect(table.trigger(idOf(1))?.trigger.filters[0]?.field).toBe("dur");
    expect(countsOf(table)).toEqual({ active: 1, refused: 1 });
    expect([...table.refusedEvents()]).toEqual([
      expect.objectContaining({ triggerId: idOf(1), offset: 1 }),
    ]);
  });

  it("is one whose key is not its trigger's id", () => {
    const { table } = tableWith();
    const event = { triggerId: idOf(1), value: triggerInput({ triggerId: idOf(2) }), offset: 0 };
    expect(table.applyTrigger(event)).toEqual({
      refused: [{ path: "triggerId", message: "is not the key of its event" }],
    });
    expect(table.trigger(idOf(2))).toBeUndefined();
  });

  it("is forgotten when a valid one or a tombstone follows", () => {
    const { table, put, remove } = tableWith();
    put(1, onQueue);
    put(1);
    put(2, onQueue);
    remove(2);
    expect(countsOf(table)).toEqual({ active: 1 });
    table.useCatalog(later);
    expect([...table.all()].map(({ trigger }) => trigger.filters)).toEqual([[]]);
  });

  it("is taken when a later schema makes it valid", () => {
    const { table, put } = tableWith();
    put(1, onQueue);
    put(2, { ...onQueue, enabled: 5 });
    expect(table.tenant("t1")).toBeUndefined();
    table.useCatalog(later);
    expect(
      table.tenant("t1")?.triggers.map(({ fires }) => fires({ id: "c1", queue: "A" })),
    ).toEqual([true]);
    expect(countsOf(table)).toEqual({ active: 1, refused: 1 });
  });

  it("of a tenant leaves the last valid licence in force", () => {
    const { table, put, licence } = tableWith();
    put(1);
    licence(0);
    expect(licence(-1)).toEqual({ refused: [{ path: "maxTriggers", message: "is negative" }] });
    const event = { tenantId: "t1", offset: 2, value: { tenantId: "t2" } };
    expect(table.applyTenant(event)).toEqual({
      refused: [{ path: "tenantId", message: "is not the key of its event" }],
    });
    expect(activeOf(table)).toBeUndefined();
  });
});

describe("a later schema of the CDR", () => {
  it("compiles the triggers anew, by the types that fields have now", () => {
    const { table, put } = tableWith();
    put(1, { filters: [{ field: "dur", op: "in", values: ["10"] }] });
    const before = table.tenant("t1")?.triggers[0];
    expect(before?.fires({ id: "c1", dur: "10" })).toBe(false);
    const schema = callEndedSchema();
    const dur = cdrSchemaOf(schema).fields.find(({ name }) => name === "dur");
    if (dur !== undefined) Object.assign(dur, { type: "string" });
    table.useCatalog(createFieldCatalog(schema));
    expect(table.tenant("t1")?.triggers[0]?.fires({ id: "c1", dur: "10" })).toBe(true);
  });

  it("that has dropped a field leaves its triggers as they were: older calls still have it", () => {
    const { table, put } = tableWith(later);
    put(1, onQueue);
    table.useCatalog(catalog);
    expect(table.tenant("t1")?.triggers[0]?.fires({ id: "c1", queue: "A" })).toBe(true);
    expect(countsOf(table)).toEqual({ active: 1 });
    table.useCatalog(createFieldCatalog(laterSchema({ name: "other", type: "string" })));
    expect(table.tenant("t1")?.triggers[0]?.fires({ id: "c1", queue: "A" })).toBe(true);
  });
});

describe("a licence", () => {
  const born = (createdAt: number | null) => ({ createdAt });

  it("covers the oldest triggers; those of unknown age are the oldest, then the id decides", () => {
    const { table, put, licence } = tableWith();
    put(1, born(300));
    put(2, born(100));
    put(3, born(null));
    put(4, born(100));
    put(5, born(null));
    licence(3);
    expect(activeOf(table)).toEqual([2, 3, 5]);
    expect(table.trigger(idOf(4))?.status).toBe("over-licence");
    expect(countsOf(table)).toEqual({ active: 3, "over-licence": 2 });
    licence(4);
    expect(activeOf(table)).toEqual([2, 3, 4, 5]);
  });

  it("counts disabled triggers: switching one off starts no other", () => {
    const { table, put, licence } = tableWith();
    licence(2);
    put(1, { createdAt: 1, enabled: false });
    put(2, { createdAt: 2 });
    put(3, { createdAt: 3 });
    put(4, { createdAt: 4, enabled: false });
    expect(activeOf(table)).toEqual([2]);
    expect(countsOf(table)).toEqual({ active: 1, disabled: 2, "over-licence": 1 });
  });

  it("that ends the limit, or is deleted, lets all fire", () => {
    const { table, put, licence } = tableWith();
    put(1);
    licence(0);
    expect(activeOf(table)).toBeUndefined();
    licence(null);
    expect(activeOf(table)).toEqual([1]);
    licence(0);
    expect(table.applyTenant({ tenantId: "t1", offset: 1, value: null })).toBe("deleted");
    expect(activeOf(table)).toEqual([1]);
  });

  it("of a suspended tenant lets none fire", () => {
    const { table, put, licence } = tableWith();
    put(1);
    put(2, { enabled: false });
    licence(null, true);
    expect(activeOf(table)).toBeUndefined();
    expect([...table.all()].map(({ status }) => status)).toEqual(["suspended", "disabled"]);
    expect(countsOf(table)).toEqual({ suspended: 1, disabled: 1 });
    licence(null);
    expect(countsOf(table)).toEqual({ active: 1, disabled: 1 });
  });

  it("may be known before the first trigger", () => {
    const { table, put, licence } = tableWith();
    licence(1);
    put(1);
    put(2);
    expect(activeOf(table)).toEqual([1]);
  });
});
