import { describe, expect, test } from "vitest";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

const path = "/tenants/t1/triggers";
const one = `${path}/${someTriggerId}`;
const action = { url: "https://example.com/hook" };

async function withTrigger() {
  const topics = new MemoryConfig();
  await topics.append("triggers", someTriggerId, triggerInput({ name: "Calls" }));
  return openAdmin(topics);
}

describe("two processes that write at the same time", () => {
  test("what the other has written stands, and the one that came later is told", async () => {
    const topics = new MemoryConfig();
    await topics.append("triggers", someTriggerId, triggerInput({ name: "Before" }));
    const [here, there] = [await openAdmin(topics), await openAdmin(topics)];
    const { ifMatch } = await here.ask("t1", "GET", one);
    const others: number[] = [];
    topics.before = async () => {
      others.push((await there.ask("t1", "PUT", one, { name: "There", action }, ifMatch)).status);
    };
    const answer = await here.ask("t1", "PUT", one, { name: "Here", action }, ifMatch);
    expect(others).toEqual([200]);
    expect([answer.status, answer.json["code"]]).toEqual([412, "TRIGGER_CHANGED"]);
    const read = await here.ask("t1", "GET", one);
    expect(read.json["name"]).toBe("There");
    expect(read.headers.etag).toBe(answer.headers.etag);
    expect(topics.changes.at(-1)).toMatchObject({ subject: "restored" });
  });

  test("what the platform deletes meanwhile stays deleted", async () => {
    const { ask, topics } = await withTrigger();
    const { ifMatch } = await ask("t1", "GET", one);
    topics.before = async () => void (await topics.append("triggers", someTriggerId, null));
    const answer = await ask("t1", "PUT", one, { action }, ifMatch);
    expect([answer.status, answer.headers.etag]).toEqual([412, undefined]);
    expect((await ask("t1", "GET", one)).status).toBe(404);
  });

  test("the same id is created once", async () => {
    const topics = new MemoryConfig();
    const [here, there] = [await openAdmin(topics), await openAdmin(topics)];
    const body = { triggerId: someTriggerId, action };
    topics.before = async () =>
      void (await there.ask("operator", "POST", path, { ...body, name: "There" }));
    const answer = await here.ask("operator", "POST", path, { ...body, name: "Here" });
    expect([answer.status, answer.json["code"]]).toEqual([409, "TRIGGER_EXISTS"]);
    expect((await here.ask("t1", "GET", one)).json["name"]).toBe("There");
  });

  test("a switch is thrown on what the other has written", async () => {
    const { ask, topics } = await withTrigger();
    const renamed = triggerInput({ name: "Renamed" });
    topics.before = async () => void (await topics.append("triggers", someTriggerId, renamed));
    const answer = await ask("t1", "POST", `${one}/disable`);
    expect(answer.json).toMatchObject({ name: "Renamed", enabled: false, status: "disabled" });
  });
});
