import { describe, expect, test } from "vitest";
import { OnhookError } from "../../../src/errors.ts";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

const path = "/tenants/t1/triggers";
const action = { url: "https://example.com/hook" };

describe("the licence", () => {
  async function licensed(maxTriggers: number) {
    const topics = new MemoryConfig();
    await topics.append("tenants", "t1", { tenantId: "t1", maxTriggers });
    return openAdmin(topics);
  }

  test("covers no more than it says, disabled ones included, and the answer says how many there are", async () => {
    const { ask } = await licensed(2);
    expect((await ask("t1", "POST", path, { action })).status).toBe(201);
    expect((await ask("t1", "POST", path, { enabled: false, action })).status).toBe(201);
    const answer = await ask("t1", "POST", path, { action });
    expect([answer.status, answer.json["code"]]).toEqual([409, "LICENCE_EXCEEDED"]);
    expect(answer.json["detail"]).toBe(
      "The tenant has 2 triggers, and its licence covers 2 (maxTriggers)",
    );
    expect((await ask("t2", "POST", "/tenants/t2/triggers", { action })).status).toBe(201);
  });

  test("can not be outrun by creating many at the same time", async () => {
    const { ask, topics } = await licensed(3);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask("t1", "POST", path, { action })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, 201, 201, 409, 409, 409, 409, 409, 409, 409]);
    expect(topics.records.triggers).toHaveLength(3);
  });

  const another = (topics: MemoryConfig) =>
    topics.append("triggers", someTriggerId, triggerInput({ name: "another process's" }));
  const names = async ({ ask }: Awaited<ReturnType<typeof licensed>>) =>
    ((await ask("t1", "GET", path)).json["items"] as unknown as { name: string }[]).map(
      ({ name }) => name,
    );

  test("is not exceeded by another process that creates the last one a moment before: ours is taken back, and that is told", async () => {
    const admin = await licensed(1);
    const { ask, topics } = admin;
    topics.before = async () => void (await another(topics));
    const answer = await ask("t1", "POST", path, { name: "ours", action });
    expect([answer.status, answer.json["code"]]).toEqual([409, "LICENCE_EXCEEDED"]);
    expect(answer.json["detail"]).toMatch(/has 1 triggers.* covers 1 /);
    expect(await names(admin)).toEqual(["another process's"]);
    const by = { id: "token:tenant-admin-of-t1" };
    const { triggerId } = topics.changes[0] ?? {};
    expect(topics.changes).toMatchObject([
      { action: "trigger.created", by, triggerId },
      { action: "trigger.deleted", subject: "licence", by, triggerId },
    ]);
  });

  test("leaves the creation that stands first, however far its process has read when it hears of it", async () => {
    const admin = await licensed(1);
    const { ask, topics } = admin;
    topics.after = async () => void (await another(topics));
    expect((await ask("t1", "POST", path, { name: "ours", action })).status).toBe(201);
    expect(await names(admin)).toContain("ours");
    expect(topics.changes.map((change) => change.action)).toEqual(["trigger.created"]);
  });

  test("counts a trigger that was there before a creation, though it was changed after it", async () => {
    const admin = await licensed(1);
    const { ask, topics } = admin;
    topics.before = async () => void (await another(topics));
    topics.after = async () => void (await another(topics));
    expect((await ask("t1", "POST", path, { name: "ours", action })).status).toBe(409);
    expect(await names(admin)).toEqual(["another process's"]);
  });

  const failing = async (code: "CONFIG_UNWRITTEN" | "WRITER_CLOSED" | "CONFIG_UNCONFIRMED") => {
    const { ask, topics } = await licensed(1);
    topics.before = async () => void (await another(topics));
    topics.after = async () => {
      topics.failure = new OnhookError(code, { topic: "onhook.triggers", offset: 3 });
    };
    const answer = await ask("t1", "POST", path, { name: "ours", action });
    return [answer.status, answer.json["code"]];
  };

  test.each(["CONFIG_UNWRITTEN", "WRITER_CLOSED"] as const)(
    "where a creation can't be taken back (%s), nobody is told that nothing was changed",
    async (code) => {
      expect(await failing(code)).toEqual([503, "CONFIG_IN_DOUBT"]);
    },
  );

  test("where it is only not known here yet that a creation was taken back, it is refused all the same", async () => {
    expect(await failing("CONFIG_UNCONFIRMED")).toEqual([409, "LICENCE_EXCEEDED"]);
  });

  test("takes back our creation alone: what the platform writes of the same trigger at that moment stands again", async () => {
    const admin = await licensed(1);
    const { ask, topics } = admin;
    topics.before = async () => void (await another(topics));
    topics.after = async () => {
      const triggerId = topics.records.triggers.at(-1)?.key ?? "";
      topics.before = async () => {
        const theirs = triggerInput({ triggerId, name: "the platform's" });
        await topics.append("triggers", triggerId, theirs);
      };
    };
    const answer = await ask("t1", "POST", path, { name: "ours", action });
    expect([answer.status, answer.json["code"]]).toEqual([409, "LICENCE_EXCEEDED"]);
    expect((await names(admin)).toSorted()).toEqual(["another process's", "the platform's"]);
    expect(topics.changes).toMatchObject([
      { action: "trigger.created" },
      { action: "trigger.deleted", subject: "licence" },
      { action: "trigger.replaced", subject: "restored" },
    ]);
  });

  test("of a suspended tenant shows, and its triggers with it", async () => {
    const topics = new MemoryConfig();
    await topics.append("tenants", "t1", { tenantId: "t1", suspended: true });
    const { ask } = await openAdmin(topics);
    expect((await ask("t1", "POST", path, { action })).json["status"]).toBe("suspended");
    expect((await ask("t1", "GET", path)).json["licence"]).toMatchObject({ suspended: true });
  });
});
