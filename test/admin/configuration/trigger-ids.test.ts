import { expect, test } from "vitest";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

/** One trigger of t1. */
async function withTrigger() {
  const topics = new MemoryConfig();
  await topics.append("triggers", someTriggerId, triggerInput());
  return openAdmin(topics);
}

test("an id that is taken is refused, whoever has it, in capitals or not", async () => {
  const { ask, topics } = await withTrigger();
  for (const at of ["/tenants/t1/triggers", "/tenants/t2/triggers"]) {
    const answer = await ask("operator", "POST", at, {
      triggerId: someTriggerId.toUpperCase(),
      action: { url: "https://example.com/hook" },
    });
    expect([answer.status, answer.json["code"]]).toEqual([409, "TRIGGER_EXISTS"]);
  }
  expect(topics.records.triggers).toHaveLength(1);
});

test("an id may be asked for in capitals; one that somebody else has saved in capitals only so", async () => {
  const { ask, topics } = await withTrigger();
  const theirs = "7C9E6679-7425-40DE-944B-00000000ABCD";
  await topics.append("triggers", theirs, triggerInput({ triggerId: theirs }));
  const statusOf = async (tenantId: string, id: string): Promise<number> =>
    (await ask("operator", "GET", `/tenants/${tenantId}/triggers/${id}`)).status;
  expect(await statusOf("t1", someTriggerId.toUpperCase())).toBe(200);
  expect(await statusOf("t1", theirs)).toBe(200);
  expect(await statusOf("t1", theirs.toLowerCase())).toBe(404);
  expect(await statusOf("t2", theirs)).toBe(404);
});
