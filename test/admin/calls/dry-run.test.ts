import { describe, expect, test } from "vitest";
import { cpuTime } from "../../support/cpu-time.ts";
import { askedBy, memoryCalls } from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
const when = (field: string, op: string, ...values: string[]) => ({ field, op, values });

function dry(filters: unknown, calls = 1000) {
  const body = { trigger: { name: "New", filters, action: {} }, calls };
  return { params: { tenantId: "t" }, query: undefined, body };
}

test("an unsaved trigger without an address yet is tried on the recent calls", async () => {
  const world = memoryCalls();
  for (let n = 0; n < 10; n += 1)
    world.call("t", { id: `c${n}`, dur: n, lost: n % 2, cliNum: "+447700900123" });
  const filters = [when("lost", "eq", "1"), when("dur", "gte", "5")];
  const { body } = await world.handlers.dryRun(dry(filters), own);
  expect(body).toMatchObject({
    calls: 10,
    fired: 3,
    conditions: [
      { failed: 5, failedAlone: 2, mismatched: 0 },
      { failed: 5, failedAlone: 2, mismatched: 0 },
    ],
  });
  expect(body.firedFor.map(({ cdrId }) => cdrId)).toEqual(["c9", "c7", "c5"]);
  expect(body.firedFor[0]?.fields).toMatchObject({ cliNum: "***23" });
});

test("only so many of the newest calls are looked at as are asked for", async () => {
  const world = memoryCalls();
  for (let n = 0; n < 10; n += 1) world.call("t", { id: `c${n}` });
  const { body } = await world.handlers.dryRun(dry([], 4), own);
  expect(body).toMatchObject({ calls: 4, fired: 4 });
});

test("with no calls at all there is nothing to tell", async () => {
  const { body } = await memoryCalls().handlers.dryRun(dry([]), own);
  expect(body).toMatchObject({ calls: 0, fired: 0, oldestAt: null, newestAt: null, firedFor: [] });
});

test("a wrong condition is refused", async () => {
  const run = memoryCalls().handlers.dryRun(dry([when("nosuch", "eq", "1")]), own);
  await expect(run).rejects.toMatchObject({ code: "TRIGGER_INVALID" });
});

test("1,000 calls and 100 conditions take under a second of the processor, and hold nobody up for long meanwhile", async () => {
  const world = memoryCalls();
  const tags = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`tag${n}`, "x".repeat(40)]),
  );
  for (let n = 0; n < 1000; n += 1)
    world.call("t", { id: `c${n}`, tags, cliName: "Somebody of some length", dur: n });
  const filters = Array.from({ length: 100 }, (_, n) =>
    when(`tags.tag${n % 20}`, "notIn", ...Array.from({ length: 50 }, (_, v) => `${n}-${v}`)),
  );
  let isOver = false;
  let turns = 0;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const spent = cpuTime();
  const { body } = await world.handlers.dryRun(dry(filters), own);
  const took = spent();
  isOver = true;
  expect(body).toMatchObject({ calls: 1000, fired: 1000 });
  expect(took).toBeLessThan(1000);
  // So often had all else its turn: a slice takes some 8 ms.
  expect(turns).toBeGreaterThanOrEqual(Math.floor(took / 40));
});

test("too many of one tenant's at a time are refused with a time to wait", async () => {
  const world = memoryCalls();
  for (let n = 0; n < 200; n += 1) world.call("t", { id: `c${n}` });
  const runs = Array.from({ length: 30 }, () => world.handlers.dryRun(dry([]), own));
  const ended = await Promise.allSettled(runs);
  const refused = ended.filter((each) => each.status === "rejected");
  expect(refused).toHaveLength(25);
  expect(refused[0]?.reason).toMatchObject({
    code: "DRY_RUNS_EXCEEDED",
    details: { retryAfterSeconds: 1 },
  });
  expect((await world.handlers.dryRun(dry([]), own)).body.calls).toBe(200);
});

test("a tenant that asks for many holds up no other", async () => {
  const world = memoryCalls();
  for (let n = 0; n < 200; n += 1) world.call("t", { id: `c${n}` });
  world.call("u", { id: "theirs" });
  const runs = Array.from({ length: 30 }, () => world.handlers.dryRun(dry([]), own));
  const theirs = { ...dry([]), params: { tenantId: "u" } };
  const { body } = await world.handlers.dryRun(theirs, askedBy("tenant-admin", "u"));
  expect(body.calls).toBe(1);
  await Promise.allSettled(runs);
});

describe("whoever may not see what calls carry", () => {
  const those = [
    ["support", askedBy("support", null)],
    ["support of that tenant", askedBy("support", "t")],
    ["operator", askedBy("operator", null)],
    ["tenant-admin without values:reveal", askedBy("tenant-admin", "t", ["values:reveal"])],
  ] as const;

  test.each(those)("can't find it out by trying conditions: %s", async (_, who) => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cliNum: "+447700900123", tags: { Vip: "yes" } });
    const telling = [
      when("lost", "exists"),
      when("cliNum", "prefix", "+4"),
      when("dir", "eq", "2"),
      when("tags.Vip", "ne", "no"),
    ];
    await expect(world.handlers.dryRun(dry(telling), who)).rejects.toMatchObject({
      code: "FORBIDDEN",
      details: { scope: "values:reveal" },
      problems: [{ path: "filters[1]" }, { path: "filters[3]" }],
    });
    expect((await world.handlers.dryRun(dry(telling), own)).body.calls).toBe(1);
  });

  test.each(those)("can try those that tell nothing: %s", async (_, who) => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cause: "NORMAL_CLEARING", dur: 5, cliNum: "+447700900123" });
    const harmless = [
      when("cause", "prefix", "NORMAL"),
      when("dur", "gt", "2"),
      when("cliNum", "exists"),
      when("tags.Vip", "absent"),
      when("start", "notLocalTime", "Mon-Fri 09:00-17:30"),
    ];
    const { body } = await world.handlers.dryRun(dry(harmless), who);
    expect(body.conditions).toHaveLength(5);
  });

  test.each(those)("can try the conditions of a saved trigger as they are: %s", async (_, who) => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cliNum: "+447700900123" });
    const filters = [when("cliNum", "prefix", "+44")];
    const triggerId = world.put("t", { filters });
    const run = async (asked: ReturnType<typeof when>[]) => {
      const { body, ...rest } = dry(asked);
      return world.handlers.dryRun({ ...rest, body: { ...body, triggerId } }, who);
    };
    expect((await run(filters)).body.fired).toBe(1);
    for (const changed of [
      when("cliNum", "prefix", "+447"),
      when("cliNum", "contains", "+44"),
      { ...when("cliNum", "prefix", "+44"), ignoreCase: true },
      when("cliNum", "prefix", "+44", "+447"),
    ])
      await expect(run([changed])).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(world.handlers.dryRun(dry(filters), who)).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
