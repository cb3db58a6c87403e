import { expect, test } from "vitest";
import { longestName } from "../../../src/triggers/check-trigger.ts";
import { OnhookError } from "../../../src/errors.ts";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { triggerInput } from "../../triggers/trigger-input.ts";

const idOf = (index: number): string =>
  `7c9e6679-7425-40de-944b-${String(index).padStart(12, "0")}`;

async function withNames(names: readonly string[], changes: object = {}) {
  const topics = new MemoryConfig();
  for (const [index, name] of names.entries())
    await topics.append(
      "triggers",
      idOf(index),
      triggerInput({ triggerId: idOf(index), name, ...changes }),
    );
  const other = idOf(999);
  await topics.append("triggers", other, triggerInput({ triggerId: other, tenantId: "t2" }));
  return openAdmin(topics);
}

type Admin = Awaited<ReturnType<typeof withNames>>;

async function namesOf({ ask }: Admin, query: string): Promise<[string[], string | null]> {
  const { json } = await ask("t1", "GET", `/tenants/t1/triggers${query}`);
  const items = json["items"] as unknown as { name: string }[];
  return [items.map(({ name }) => name), json["nextCursor"] ?? null];
}

test("a tenant's triggers are listed by name, capitals or not, and no one else's", async () => {
  const admin = await withNames(["b", "A", "c"]);
  expect(await namesOf(admin, "")).toEqual([["A", "b", "c"], null]);
  const { json } = await admin.ask("t1", "GET", "/tenants/t1/triggers");
  expect(json["licence"]).toEqual({ used: 3, maxTriggers: null, suspended: false });
});

test("pages hold together while triggers come and go: nothing is shown twice, nothing left out", async () => {
  const admin = await withNames(["same", "same", "same", "z"]);
  const [first, cursor] = await namesOf(admin, "?limit=2");
  expect(first).toEqual(["same", "same"]);
  // The last of the first page goes; one that sorts before it comes.
  await admin.topics.append("triggers", idOf(1), null);
  await admin.topics.append("triggers", idOf(7), triggerInput({ triggerId: idOf(7), name: "a" }));
  const [second, end] = await namesOf(admin, `?limit=2&cursor=${cursor}`);
  expect([second, end]).toEqual([["same", "z"], null]);
});

test("a page ends with a cursor that is taken, however long the names are", async () => {
  const name = "€".repeat(longestName);
  const admin = await withNames([name, name]);
  const [first, cursor] = await namesOf(admin, "?limit=1");
  expect(await namesOf(admin, `?limit=1&cursor=${cursor}`)).toEqual([first, null]);
});

test("a cursor of another tenant's list, or of one that is searched otherwise, is refused", async () => {
  const { ask } = await withNames(["ab", "ac"]);
  const { json } = await ask("t1", "GET", "/tenants/t1/triggers?limit=1&search=a");
  const cursor = json["nextCursor"];
  for (const place of [
    "t1/triggers?",
    "t1/triggers?search=b&",
    "t1/triggers?search=a&status=disabled&",
  ]) {
    const answer = await ask("t1", "GET", `/tenants/${place}cursor=${cursor}`);
    expect([place, answer.json["code"]]).toEqual([place, "CURSOR_INVALID"]);
  }
  const others = await ask("support", "GET", `/tenants/t2/triggers?search=a&cursor=${cursor}`);
  expect(others.json["code"]).toBe("CURSOR_INVALID");
  const next = await ask("t1", "GET", `/tenants/t1/triggers?search=A&cursor=${cursor}`);
  expect(next.json["items"]).toHaveLength(1);
});

test.each(["nonsense", "WyJhIl0", Buffer.from('["a",1]').toString("base64url")])(
  "a cursor that no page has given is refused: %s",
  async (cursor) => {
    const { ask } = await withNames(["a"]);
    const answer = await ask("t1", "GET", `/tenants/t1/triggers?cursor=${cursor}`);
    expect([answer.status, answer.json["code"]]).toEqual([400, "CURSOR_INVALID"]);
  },
);

test("they are found by a part of the name or of the address's host, and by status", async () => {
  const admin = await withNames(["Sales", "Support"]);
  const elsewhere = { triggerId: idOf(5), name: "x", enabled: false };
  await admin.topics.append(
    "triggers",
    idOf(5),
    triggerInput({ ...elsewhere, action: { url: "https://crm.example.org/a" } }),
  );
  expect((await namesOf(admin, "?search=SUPP"))[0]).toEqual(["Support"]);
  expect((await namesOf(admin, "?search=crm."))[0]).toEqual(["x"]);
  expect((await namesOf(admin, "?search=%2Fhook"))[0]).toEqual([]);
  expect((await namesOf(admin, "?status=disabled"))[0]).toEqual(["x"]);
  const wrong = await admin.ask("t1", "GET", "/tenants/t1/triggers?status=broken");
  expect(wrong.json["problems"]).toMatchObject([{ path: "status" }]);
});

test("each has the attempts of its last day, and how its endpoint does", async () => {
  const admin = await withNames(["a", "b"]);
  const hour = Date.parse("2026-01-05T08:00:00Z");
  const counts = { delivered: 4, failed: 1, dead: 0, cancelled: 0 };
  admin.tallies.push({ triggerId: idOf(0), hour, counts });
  const state = admin.store.trigger(idOf(1));
  const { endpointOfTrigger } = await import("../../../src/delivery/endpoint.ts");
  if (state === undefined) throw new Error("no trigger");
  const endpointId = endpointOfTrigger(state.trigger).id;
  admin.setEndpoint({
    endpointId,
    tenantId: "t1",
    triggerId: idOf(1),
    host: "example.com",
    state: "suspended",
    since: hour,
    failingSince: hour,
    failures: 20,
    reason: "timeout",
    status: null,
  });
  const { json } = await admin.ask("t1", "GET", "/tenants/t1/triggers");
  expect(json["items"]).toMatchObject([
    { last24Hours: [{ hour: "2026-01-05T08:00:00.000Z", ...counts }], endpoint: "suspended" },
    { last24Hours: [], endpoint: "suspended" },
  ]);
});

test.each(["HISTORY_UNAVAILABLE", "HISTORY_DAMAGED"] as const)(
  "while the history is away they are listed all the same, and it is said: %s",
  async (code) => {
    const admin = await withNames(["a"]);
    admin.history.failure = new OnhookError(code, { problem: "it is not open" });
    const { status, json } = await admin.ask("t1", "GET", "/tenants/t1/triggers");
    expect([status, json["historyAway"]]).toEqual([200, true]);
    expect(json["items"]).toMatchObject([{ name: "a", last24Hours: [] }]);
    admin.history.failure = null;
    const again = await admin.ask("t1", "GET", "/tenants/t1/triggers");
    expect(again.json["historyAway"]).toBe(false);
  },
);

test("times beyond all calendars hide no trigger: other producers write what they like", async () => {
  const admin = await withNames(["a"], { createdAt: Number.MAX_SAFE_INTEGER });
  const { status, json } = await admin.ask("t1", "GET", "/tenants/t1/triggers");
  expect(status).toBe(200);
  expect(json["items"]).toMatchObject([{ createdAt: "9999-12-31T23:59:59.999Z" }]);
});
