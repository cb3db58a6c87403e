import { describe, expect, test } from "vitest";
import { callHandlers } from "../../../src/admin/calls/handlers.ts";
import { cpuTime } from "../../support/cpu-time.ts";
import { askedBy, deliveryOf, memoryCalls } from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
const gone = "0f8fad5b-d9cb-469f-a165-70867728950e";
const support = askedBy("support", null);
const code = async (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );

describe("the list of calls", () => {
  test("has the plain fields of each, the newest first, texts masked", async () => {
    const { handlers } = withCalls();
    const { body } = await handlers.listCalls(list({ limit: 2 }), own);
    expect(body.items.map(({ cdrId }) => cdrId)).toEqual(["c4", "c3"]);
    expect(body.items[0]?.fields).toEqual({ id: "c4", cliNum: "***04", dur: 4, lost: 0 });
    expect(body.items[0]?.at).toBe("2026-01-05T09:00:00.000Z");
  });

  test("goes on where a page has ended, and ends", async () => {
    const { handlers } = withCalls();
    const first = await handlers.listCalls(list({ limit: 3 }), own);
    const cursor = first.body.nextCursor ?? "";
    const second = await handlers.listCalls(list({ limit: 3, cursor }), own);
    expect(second.body.items.map(({ cdrId }) => cdrId)).toEqual(["c1", "c0"]);
    expect(second.body.nextCursor).toBeNull();
  });

  test.each([-1, 8.64e15 + 1, 2 ** 62])(
    "takes a call that claims to have come at %d for what it is, and goes on behind it",
    async (timestamp) => {
      const world = withCalls();
      const call = world.call("t", { id: "odd" });
      world.recent.splice(-1, 1, { ...call, timestamp });
      const { body } = await world.handlers.listCalls(list({ limit: 1 }), own);
      expect(body.items[0]?.at).toMatch(/^(?:1970-01-01|9999-12-31)T/);
      const cursor = body.nextCursor ?? "";
      const next = await world.handlers.listCalls(list({ limit: 1, cursor }), own);
      expect(next.body.items[0]?.cdrId).toBe("c4");
    },
  );

  test.each(["", "x", "MS0y", "LS0tMg"])("refuses the cursor %j", async (cursor) => {
    const { handlers } = withCalls();
    expect(await code(handlers.listCalls(list({ cursor }), own))).toBe("CURSOR_INVALID");
  });

  test("shows texts to the tenant's own people where they ask, and tells of it once", async () => {
    const { handlers, changes } = withCalls();
    const { body } = await handlers.listCalls(list({ reveal: true }), own);
    expect(body.items[0]?.fields).toMatchObject({ cliNum: "+44770090004" });
    expect(changes).toMatchObject([
      { action: "values.revealed", tenantId: "t", by: { id: "token:tenant-admin" } },
    ]);
  });

  test.each([
    ["support", askedBy("support", null)],
    ["an operator", askedBy("operator", null)],
    ["a token without the scope", askedBy("tenant-admin", "t", ["values:reveal"])],
    [
      "somebody with the scope and no tenant",
      { ...own, principal: { ...own.principal!, tenantId: null } },
    ],
  ])("does not show them to %s", async (_, context) => {
    const { handlers, changes } = withCalls();
    expect(await code(handlers.listCalls(list({ reveal: true }), context))).toBe("FORBIDDEN");
    expect(changes).toEqual([]);
  });
});

function withCalls() {
  const world = memoryCalls();
  for (let n = 0; n < 5; n += 1)
    world.call("t", { id: `c${n}`, cliNum: `+4477009000${n}`, dur: n, lost: 0 });
  world.call("other", { id: "theirs", cliNum: "+15550100123" });
  return world;
}

const list = (query: { limit?: number; cursor?: string; reveal?: boolean }) => ({
  params: { tenantId: "t" },
  query: { limit: 50, reveal: false, ...query },
  body: undefined,
});

describe("the values of a field", () => {
  const ask = (path: string, reveal = false) => ({
    params: { tenantId: "t" },
    query: { path, reveal },
    body: undefined,
  });

  test("are counted over the recent calls, the most frequent first", async () => {
    const { handlers } = withCalls();
    const { body } = await handlers.listFieldValues(ask("lost"), support);
    expect(body).toEqual({ calls: 5, items: [{ value: "0", count: 5 }] });
  });

  test("that look alike when masked count together", async () => {
    const world = memoryCalls();
    for (const [n, cliNum] of [
      "+15550100123",
      "+15550100123",
      "+15550199923",
      "+1555010099",
    ].entries())
      world.call("t", { id: `c${n}`, cliNum });
    const { body } = await world.handlers.listFieldValues(ask("cliNum"), support);
    expect(body.items).toEqual([
      { value: "***23", count: 3 },
      { value: "***99", count: 1 },
    ]);
    const clear = await world.handlers.listFieldValues(ask("cliNum", true), own);
    expect(clear.body.items).toContainEqual({ value: "+15550100123", count: 2 });
    expect(world.changes).toMatchObject([{ action: "values.revealed", subject: "cliNum" }]);
  });

  test("of a list's items and a map's keys are found, and a path that is none is refused", async () => {
    const world = memoryCalls();
    world.call("t", { id: "c", tags: { Support: "stage1" }, recordingIds: ["r1", "r2"] });
    const values = async (path: string) =>
      (await world.handlers.listFieldValues(ask(path, true), own)).body.items;
    expect(await values("tags.Support")).toEqual([{ value: "stage1", count: 1 }]);
    expect(await values("recordingIds")).toHaveLength(2);
    expect(await code(world.handlers.listFieldValues(ask("nosuch"), own))).toBe("FIELD_UNKNOWN");
  });
});

describe("the story of a call", () => {
  const story = (cdrId: string, query: object = {}) => ({
    params: { tenantId: "t", cdrId },
    query: { reveal: false, ...query } as { reveal: boolean },
    body: undefined,
  });

  test("has every trigger of the tenant, fired or not, condition by condition", async () => {
    const world = withCalls();
    const filters = [
      { field: "cliNum", op: "prefix", values: ["+44"] },
      { field: "dur", op: "gt", values: ["100"] },
    ];
    const [first] = filters;
    const fired = world.put("t", { name: "All calls", filters: [first] });
    const not = world.put("t", { name: "Long ones", filters });
    const disabled = world.put("t", { name: "Off", enabled: false });
    world.put("other", { name: "Theirs" });
    world.deliveries.push(deliveryOf({ triggerId: fired, cdrId: "c3" }));
    const { body } = await world.handlers.readCall(story("c3"), own);
    expect(body.call).toMatchObject({ cdrId: "c3", fields: { cliNum: "***03" } });
    expect(body.triggers.map(({ triggerId, fires }) => ({ triggerId, fires }))).toEqual([
      { triggerId: fired, fires: true },
      { triggerId: not, fires: false },
      { triggerId: disabled, fires: false },
    ]);
    expect(body.triggers[0]?.delivery).toMatchObject({ state: "delivered", status: 200 });
    expect(body.triggers[1]?.conditions).toMatchObject([
      { holds: true, has: ["***03"] },
      { holds: false, has: [3], condition: { field: "dur", op: "gt", values: ["100"] } },
    ]);
    expect(body.triggers[2]?.obstacles).toEqual([
      {
        kind: "disabled",
        blocks: true,
        text: "the trigger is disabled",
        disabledReason: null,
        createdAt: null,
        problems: [],
      },
    ]);
  });

  test("has the deliveries of triggers that are gone, and how endpoints are", async () => {
    const world = withCalls();
    const triggerId = world.put("t", {});
    world.unwell.push({ triggerId, tenantId: "t", state: "suspended" } as never);
    world.deliveries.push(deliveryOf({ triggerId: gone, cdrId: "c1", state: "cancelled" }));
    const { body } = await world.handlers.readCall(story("c1"), own);
    expect(body.triggers).toMatchObject([{ endpoint: "suspended", delivery: null }]);
    expect(body.otherDeliveries).toMatchObject([
      { triggerId: gone, triggerName: null, state: "cancelled" },
    ]);
  });

  test("of another tenant's call is the answer for one that is not there", async () => {
    const world = withCalls();
    const said = async (cdrId: string): Promise<string> =>
      world.handlers.readCall(story(cdrId), own).then(
        () => "answered",
        (error: Error) => error.message,
      );
    expect(await said("theirs")).toBe(await said("nobodys"));
    expect(await code(world.handlers.readCall(story("theirs"), own))).toBe("CALL_NOT_FOUND");
  });

  test("tells of what is revealed once the call is found, and of nothing else", async () => {
    const world = withCalls();
    await code(world.handlers.readCall(story("nobodys", { reveal: true }), own));
    expect(world.changes).toEqual([]);
    await world.handlers.readCall(story("c1", { reveal: true }), own);
    expect(world.changes).toMatchObject([{ action: "values.revealed", subject: "c1" }]);
  });

  test("of a tenant with 1,000 triggers, half of them disabled, takes under a second of the processor", async () => {
    const world = withCalls();
    for (let n = 0; n < 1000; n += 1)
      world.put("t", {
        name: `Trigger ${n}`,
        enabled: n % 2 === 0,
        filters: Array.from({ length: 10 }, (_, at) => ({
          field: "ddiNum",
          op: "ne",
          values: [`+${n}${at}`],
        })),
      });
    const handlers = callHandlers(world.parts);
    const spent = cpuTime();
    const { body } = await handlers.readCall(story("c1"), own);
    expect(spent()).toBeLessThan(1000);
    expect(body.triggers).toHaveLength(1000);
    expect(body.triggers.filter(({ fires }) => fires)).toHaveLength(500);
  });
});
