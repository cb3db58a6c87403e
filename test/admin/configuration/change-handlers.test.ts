import { expect, test } from "vitest";
import { createChangeHandlers } from "../../../src/admin/configuration/change-handlers.ts";
import { changePage } from "../../../src/admin/contract/access.ts";
import type { ChangeRecord } from "../../../src/history/change-record.ts";
import type { History } from "../../../src/history/history.ts";

const record = {
  changeId: "11111111-2222-4333-8444-555555555555",
  at: Date.UTC(2026, 5, 1),
  actorId: "command",
  actorName: "the command line",
  actorRole: "operator",
  tenantId: "t1",
  subject: null,
  properties: [],
};

async function shown(change: { action: string; triggerId: string }) {
  const items = [{ ...record, ...change } as unknown as ChangeRecord];
  const changes: History["changes"] = async () => ({ items, nextCursor: null });
  const { listAllChanges } = createChangeHandlers({ history: { changes } as unknown as History });
  type Given = Parameters<typeof listAllChanges>;
  const { body } = await listAllChanges(...([{ query: { limit: 50 } }, {}] as unknown as Given));
  return changePage.parse(body).items[0];
}

test("a change whose action and trigger are of a later version is shown as it is", async () => {
  const later = { action: "trigger.renamed", triggerId: "trigger-of-another-kind" };
  expect(await shown(later)).toMatchObject(later);
});

test("an action and a trigger's id without bounds are cut, and do not cost the page", async () => {
  const cut = await shown({ action: "a".repeat(1000), triggerId: "i".repeat(1000) });
  expect(cut).toMatchObject({ action: "a".repeat(100), triggerId: "i".repeat(200) });
});
