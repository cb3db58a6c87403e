import * as fc from "fast-check";
import { expect, test } from "vitest";
import { byTime } from "../../src/explaining/dead-letters.ts";
import { newestDead } from "../../src/explaining/newest-dead.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";

const signal = new AbortController().signal;
const undecodable = async (): Promise<never> => {
  const { OnhookError } = await import("../../src/errors.ts");
  throw new OnhookError("WIRE_FORMAT", { problem: "none" });
};

async function filled(reasons: readonly string[], partitions: number) {
  const clock = createFakeClock();
  const log = new MemoryLog(clock);
  log.createTopic("dead", partitions);
  for (const [n, reason] of reasons.entries()) {
    await clock.advance(1000);
    log.append({
      topic: "dead",
      key: `k${n % 7}`,
      value: Buffer.from("x"),
      headers: { "onhook-dead-reason": reason, "onhook-dead-at": String(clock.now()) },
    });
  }
  return { log: createMemoryReplayLog(log), topic: "dead", decode: undecodable };
}

test("the newest that fit are found from the end, whatever partitions they are in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("status", "timeout"), { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12 }),
      async (reasons, partitions, limit) => {
        const source = await filled(reasons, partitions);
        const found = await newestDead(source, { reason: "timeout" }, limit, signal);
        const all = await newestDead(source, {}, 1000, signal);
        const fit = all.letters.filter(({ reason }) => reason === "timeout");
        expect(all.count).toBe(reasons.length);
        expect(all.isComplete).toBe(true);
        expect(found.letters).toEqual(fit.slice(0, limit));
        expect(all.letters).toEqual(all.letters.toSorted((a, b) => byTime(b, a)));
      },
    ),
    { numRuns: 30 },
  );
});

test("no more of the topic is read than the newest need", async () => {
  const source = await filled(
    Array.from({ length: 1800 }, () => "status"),
    1,
  );
  let fetched = 0;
  const counting = {
    ...source,
    log: {
      partitions: (topic: string) => source.log.partitions(topic),
      source: (at: { topic: string; partition: number }) => {
        const part = source.log.source(at);
        return {
          ...part,
          fetch: async (offset: number) => {
            const got = await part.fetch(offset);
            fetched += got.records.length;
            return got;
          },
        };
      },
    },
  };
  const { letters, isComplete } = await newestDead(counting, {}, 10, signal);
  expect(letters.map(({ offset }) => offset)).toEqual(
    Array.from({ length: 10 }, (_, n) => 1799 - n),
  );
  expect(isComplete).toBe(false);
  expect(fetched).toBeLessThanOrEqual(600);
});
