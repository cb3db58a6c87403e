import { describe, expect, test } from "vitest";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { triggerInput } from "../../triggers/trigger-input.ts";

const t1 = "/tenants/t1";

describe("a licence", () => {
  test("is created, read with how much of it is used, replaced and deleted", async () => {
    const { ask, topics } = await openAdmin();
    const created = await ask("operator", "PUT", t1, { name: "Acme", maxTriggers: 2 });
    expect(created.status).toBe(200);
    expect(created.json).toEqual({
      tenantId: "t1",
      name: "Acme",
      maxTriggers: 2,
      suspended: false,
      triggers: { all: 0, active: 0, disabled: 0, overLicence: 0 },
    });
    await topics.append("triggers", "a", { ...triggerInput(), triggerId: "a" });
    const id = "7c9e6679-7425-40de-944b-e07fc1f90ae8";
    await topics.append("triggers", id, triggerInput({ triggerId: id, enabled: false }));
    const read = await ask("t1", "GET", t1);
    expect(read.json["triggers"]).toEqual({ all: 1, active: 0, disabled: 1, overLicence: 0 });
    const replaced = await ask(
      "operator",
      "PUT",
      t1,
      { ...read.json, suspended: true },
      read.ifMatch,
    );
    expect(replaced.json).toMatchObject({ name: "Acme", suspended: true });
    const deleted = await ask("operator", "DELETE", t1, undefined, replaced.ifMatch);
    expect(deleted.status).toBe(204);
    expect((await ask("operator", "GET", t1)).json["maxTriggers"]).toBeNull();
    expect(topics.changes.map(({ action }) => action)).toEqual([
      "tenant.written",
      "tenant.written",
      "tenant.deleted",
    ]);
  });

  test("that is there is replaced and deleted by If-Match alone, and a stale one changes nothing", async () => {
    const { ask, topics } = await openAdmin();
    const first = await ask("operator", "PUT", t1, { maxTriggers: 2 });
    expect((await ask("operator", "PUT", t1, { maxTriggers: 3 })).status).toBe(428);
    expect((await ask("operator", "DELETE", t1)).status).toBe(428);
    await ask("operator", "PUT", t1, { maxTriggers: 4 }, first.ifMatch);
    const stale = await ask("operator", "PUT", t1, { maxTriggers: 5 }, first.ifMatch);
    expect([stale.status, stale.json["code"]]).toEqual([412, "TENANT_CHANGED"]);
    expect(topics.records.tenants).toHaveLength(2);
  });

  test("is created only where there is none, by If-None-Match", async () => {
    const { ask } = await openAdmin();
    const onlyNew = { "if-none-match": "*" };
    expect((await ask("operator", "PUT", t1, { maxTriggers: 2 }, onlyNew)).status).toBe(200);
    expect((await ask("operator", "PUT", t1, { maxTriggers: 3 }, onlyNew)).status).toBe(412);
    const none = { "if-match": '"7"' };
    expect((await ask("operator", "PUT", "/tenants/t9", {}, none)).status).toBe(412);
  });

  test("names what is wrong with it", async () => {
    const { ask, topics } = await openAdmin();
    const body = { tenantId: "t1", name: 7, maxTriggers: -1, supended: true };
    const answer = await ask("operator", "PUT", t1, body);
    expect([answer.status, answer.json["code"]]).toEqual([400, "TENANT_INVALID"]);
    const paths = (answer.json["problems"] as unknown as { path: string }[]).map(
      ({ path }) => path,
    );
    expect(paths.toSorted()).toEqual(["maxTriggers", "name", "supended"]);
    expect((await ask("operator", "PUT", t1, { tenantId: "t2" })).status).toBe(400);
    expect(topics.records.tenants).toEqual([]);
  });

  test("that the platform writes meanwhile stands", async () => {
    const { ask, topics } = await openAdmin();
    topics.before = async () =>
      void (await topics.append("tenants", "t1", { tenantId: "t1", maxTriggers: 7 }));
    const answer = await ask("operator", "PUT", t1, { maxTriggers: 2 });
    expect([answer.status, answer.json["code"]]).toEqual([412, "TENANT_CHANGED"]);
    expect((await ask("t1", "GET", t1)).json["maxTriggers"]).toBe(7);
  });
});

describe("tenants", () => {
  test("are those that have a licence or triggers, found by id or name, page by page", async () => {
    const topics = new MemoryConfig();
    for (const tenantId of ["b", "a", "c"])
      await topics.append("tenants", tenantId, { tenantId, name: `Company ${tenantId}` });
    await topics.append("triggers", triggerInput()["triggerId"] as string, triggerInput());
    const { ask } = await openAdmin(topics);
    const idsOf = (answer: Awaited<ReturnType<typeof ask>>): unknown[] =>
      (answer.json["items"] as unknown as { tenantId: string }[]).map(({ tenantId }) => tenantId);
    const first = await ask("support", "GET", "/tenants?limit=2");
    expect(idsOf(first)).toEqual(["a", "b"]);
    const second = await ask(
      "support",
      "GET",
      `/tenants?limit=2&cursor=${first.json["nextCursor"]}`,
    );
    expect(idsOf(second)).toEqual(["c", "t1"]);
    expect(second.json["nextCursor"]).toBeNull();
    expect(idsOf(await ask("support", "GET", "/tenants?search=COMPANY%20B"))).toEqual(["b"]);
  });

  test("that nobody knows are not there for those who may look at all, and empty for their own people", async () => {
    const { ask } = await openAdmin();
    expect((await ask("operator", "GET", t1)).status).toBe(404);
    const own = await ask("t1", "GET", t1);
    expect([own.status, own.json["maxTriggers"]]).toEqual([200, null]);
  });
});
