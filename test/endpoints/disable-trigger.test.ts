import { expect, test } from "vitest";
import { disableTrigger } from "../../src/endpoints/disable-trigger.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

const trigger = { triggerId: "t", tenantId: "one", enabled: true } as Trigger;
const bytes = (value: object): Buffer => Buffer.from(JSON.stringify(value));

/** A topic of triggers; `meanwhile` gives what others write right before each write. */
function topicOf(meanwhile: readonly (readonly object[])[] = []) {
  const records: LogRecord[] = [];
  const told: string[] = [];
  const append = (key: string, value: Buffer | null): number => {
    const offset = records.length;
    const at = { topic: "triggers", partition: 0, offset, timestamp: 0, headers: {} };
    records.push({ ...at, key: Buffer.from(key), value });
    return offset;
  };
  append("t", bytes(trigger));
  let writes = 0;
  return {
    told,
    values: () => records.map(({ value }) => JSON.parse(String(value)) as unknown),
    disable: () =>
      disableTrigger(trigger, "gone", {
        current: () => ({ trigger, offset: 0 }),
        read: async (from, to) => records.slice(from, to),
        decode: async (value) => JSON.parse(String(value)) as unknown,
        encode: (value) => bytes(value as object),
        async write({ triggerId }, value, what) {
          if (writes === 20) throw new Error("There is no end to it");
          for (const others of meanwhile[writes] ?? []) append("t", bytes(others));
          writes += 1;
          told.push(what);
          return append(triggerId, value);
        },
      }),
  };
}

test("a trigger is switched off with its reason, which is told once", async () => {
  const topic = topicOf();
  expect(await topic.disable()).toBe(true);
  expect(topic.values().at(-1)).toEqual({ ...trigger, enabled: false, disabledReason: "gone" });
  expect(topic.told).toEqual(["disabled"]);
});

test("what somebody wrote at the same moment stands in the end, and is told as restored", async () => {
  const theirs = { ...trigger, name: "theirs" };
  const topic = topicOf([[{ ...trigger, name: "older" }, theirs]]);
  expect(await topic.disable()).toBe(false);
  expect(topic.values().at(-1)).toEqual(theirs);
  expect(topic.told).toEqual(["disabled", "restored"]);
});

test("what comes in while that is being restored stands in the end", async () => {
  const last = { ...trigger, name: "last" };
  const topic = topicOf([[{ ...trigger, name: "first" }], [last]]);
  expect(await topic.disable()).toBe(false);
  expect(topic.values().at(-1)).toEqual(last);
  expect(topic.told).toEqual(["disabled", "restored", "restored"]);
});

test("processes that switch it off in step write it once each, and one of them tells of it", async () => {
  const topic = topicOf();
  const told = await Promise.all([topic.disable(), topic.disable(), topic.disable()]);
  expect(told).toEqual([true, false, false]);
  expect(topic.values().at(-1)).toEqual({ ...trigger, enabled: false, disabledReason: "gone" });
  expect(topic.told).toEqual(["disabled", "disabled", "disabled"]);
});

test("what somebody wrote among switch-offs in step stands in the end", async () => {
  const theirs = { ...trigger, name: "theirs" };
  const topic = topicOf([[], [theirs]]);
  await Promise.all([topic.disable(), topic.disable(), topic.disable()]);
  expect(topic.values().at(-1)).toEqual(theirs);
  expect(topic.told.length).toBeLessThanOrEqual(6);
});
