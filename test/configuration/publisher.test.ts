import { expect, test } from "vitest";
import { Publisher } from "../../src/configuration/publisher.ts";
import { aborted } from "../../src/runtime/aborted.ts";

const by = { id: "service", name: "deliver", role: "service" } as const;
const change = { by, action: "trigger.disabled", tenantId: "t1" } as const;

/** One whose store takes nothing on any more. */
const publisher = new Publisher({
  store: { applied: (_table, _offset, signal) => aborted(signal) },
  writer: { write: async () => [{ topic: "triggers", partition: 0, offset: 7 }] },
  topics: { triggers: "triggers", tenants: "tenants" },
  confirmMs: 1,
});

test("what was written and is not read back in time is told as such to who needs it read back", async () => {
  const publishing = publisher.publish("triggers", "a", null, change);
  await expect(publishing).rejects.toMatchObject({ code: "CONFIG_UNCONFIRMED" });
});

test("who goes on from where it stands learns its offset, though it is not read back in time", async () => {
  const written = await publisher.write("triggers", "a", null, change);
  expect(written).toEqual({ offset: 7, isApplied: false });
});
