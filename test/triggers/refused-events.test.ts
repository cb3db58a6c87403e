import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";
import { someTriggerId, triggerInput } from "./trigger-input.ts";

const later = createFieldCatalog(laterSchema({ name: "queue", type: ["null", "string"] }));
const onQueue = { filters: [{ field: "queue", op: "eq", values: ["A"] }] };

/** A table of one trigger; each `put` is the next event. */
function setUp() {
  const table = createTriggerTable({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp: false,
    onTypeMismatch: () => undefined,
  });
  let offset = -1;
  const put = (changes: object = {}) => {
    offset += 1;
    return table.applyTrigger({ triggerId: someTriggerId, value: triggerInput(changes), offset });
  };
  return { table, put };
}

describe("an event that is refused", () => {
  it("and then another: the earlier is the last valid version once a later schema makes it valid", () => {
    const { table, put } = setUp();
    put();
    put({ ...onQueue, name: "on queue" });
    put({ filters: [{ field: "nosuch", op: "exists" }] });
    expect(table.useCatalog(later)).toEqual([{ triggerId: someTriggerId, offset: 1 }]);
    expect(table.trigger(someTriggerId)?.trigger.name).toBe("on queue");
    expect(table.refused(someTriggerId)).toMatchObject({ offset: 2, tenantId: "t1" });
    expect(table.counts()).toMatchObject({ active: 1, refused: 1 });
  });

  it("is in doubt from its offset on while its conditions alone are wrong, until a valid one follows", () => {
    const { table, put } = setUp();
    put({ enabled: false });
    put(onQueue);
    put({ ...onQueue, enabled: 5 });
    expect(table.inDoubt(someTriggerId, 0)).toBeUndefined();
    expect(table.inDoubt(someTriggerId, 1)).toMatchObject({ enabled: true, filters: [] });
    expect(table.inDoubt(someTriggerId, 9)).toMatchObject({ enabled: true });
    put();
    expect(table.inDoubt(someTriggerId, 9)).toBeUndefined();
  });

  it("of a writer gone wild does not fill the memory: the newest few are kept", () => {
    const { table, put } = setUp();
    for (let event = 0; event < 20; event += 1) put(onQueue);
    expect(table.inDoubt(someTriggerId, 11)).toBeUndefined();
    expect(table.inDoubt(someTriggerId, 12)).toBeDefined();
    expect(table.counts()).toMatchObject({ active: 0, refused: 1 });
  });

  it("is told by its problems alone: its value has the secrets", () => {
    const { table, put } = setUp();
    put({ name: 5 });
    const told = {
      triggerId: someTriggerId,
      tenantId: "t1",
      offset: 0,
      problems: [{ path: "name", message: "is not text" }],
    };
    expect(table.refused(someTriggerId)).toEqual(told);
    expect([...table.refusedEvents()]).toEqual([told]);
  });
});
