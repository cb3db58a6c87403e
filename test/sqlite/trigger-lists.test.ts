import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { FoldedDelivery } from "../../src/history/fold-delivery.ts";
import { deliveryStates } from "../../src/history/history.ts";
import type { DeliveryQuery } from "../../src/history/history.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";
import type { HistoryReader } from "../../src/sqlite/history-reader.ts";
import { attemptOf, noon } from "../history/attempt-of.ts";
import { batchOf, foldedOf, openDirectly } from "./history-under-test.ts";

const hourMs = 3_600_000;
const much = 1024 ** 4;
/** Three parts of 2^15 deliveries. */
const count = 80_000;
const triggers = ["busy", "usual", "rare"];

/** Deliveries as they come: nearly in the order of their times, and some of them attempted again much later. */
function someAttempts(): readonly DeliveryAttempt[] {
  const random = createSeededRandom(7);
  const first = Array.from({ length: count }, (_, number) => {
    const lot = random.next();
    const triggerId = triggers[lot < 0.9 ? 0 : lot < 0.999 ? 1 : 2] ?? "";
    const at = noon + Math.floor((number / count) * 10 * hourMs) + random.between(0, 600_000);
    const outcome = random.next() < 0.1 ? "failed" : "delivered";
    return attemptOf({ cdrId: `call-${number}`, triggerId, at, outcome });
  });
  const again = first
    .filter(
      ({ outcome, triggerId }) =>
        outcome === "failed" && random.next() < (triggerId === "busy" ? 0.2 : 0.8),
    )
    .map((attempt) => {
      const outcome = random.next() < 0.5 ? "dead" : "delivered";
      const at = attempt.at + random.between(1, 12 * hourMs);
      return attemptOf({ ...attempt, attempt: 2, at, outcome });
    });
  return [...first, ...again];
}

/** Every delivery, the newest first; of the same time, that which came later. */
function modelOf(attempts: readonly DeliveryAttempt[]): readonly FoldedDelivery[] {
  return foldedOf(attempts)
    .toReversed()
    .toSorted((a, b) => b.lastAt - a.lastAt);
}

/** Ids of the first pages of a list, in their order. */
function pagesOf(reader: HistoryReader, query: DeliveryQuery): readonly string[] {
  const found: string[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < 4 && cursor !== null; page += 1) {
    const { items, nextCursor } = reader.deliveries({ ...query, ...(cursor && { cursor }) });
    found.push(...items.map(({ jobId }) => jobId));
    cursor = nextCursor;
  }
  return found;
}

/** Lists whose first pages are not those of the model. */
function wrongLists(
  reader: HistoryReader,
  model: readonly FoldedDelivery[],
): readonly DeliveryQuery[] {
  const wrong: DeliveryQuery[] = [];
  const limit = 30;
  const hours = [
    [2, 5],
    [9, 12],
    [0, 1],
    [15, 30],
  ] as const;
  const spans: readonly Pick<DeliveryQuery, "from" | "to">[] = [
    {},
    ...hours.map(([from, to]) => ({ from: noon + from * hourMs, to: noon + to * hourMs })),
  ];
  for (const triggerId of triggers)
    for (const state of [undefined, ...deliveryStates])
      for (const span of spans) {
        const { from = 0, to = Infinity } = span;
        const wanted = model
          .filter((each) => each.triggerId === triggerId && (state ?? each.state) === each.state)
          .filter(({ lastAt }) => lastAt >= from && lastAt < to)
          .slice(0, 4 * limit);
        const query = { tenantId: "t1", triggerId, limit, ...span, ...(state && { state }) };
        const found = pagesOf(reader, query);
        const isRight = wanted.every(({ jobId }, at) => jobId === found[at]);
        if (!isRight || found.length !== wanted.length) wrong.push(query);
      }
  return wrong;
}

test("a trigger's lists are put together from all parts, in whatever order their deliveries were attempted last", () => {
  using open = openDirectly();
  const { writer, reader } = open;
  const attempts = someAttempts();
  for (let at = 0; at < attempts.length; at += 5000)
    writer.feed([batchOf(attempts.slice(at, at + 5000))]);
  const model = modelOf(attempts);
  expect(wrongLists(reader, model)).toEqual([]);
  const before = noon + 5 * hourMs;
  while (!writer.forget({ before, maxBytes: much }).isDone);
  const left = model.filter(({ lastAt }) => lastAt >= before);
  expect(left.length).toBeLessThan(model.length / 2 + 10_000);
  expect(wrongLists(reader, left)).toEqual([]);
});

test("a part is gone when all of its deliveries are, whatever is left of older ones", () => {
  using open = openDirectly();
  const { writer, file } = open;
  using db = new DatabaseSync(file, { readOnly: true });
  const parts = (): unknown[] => db.prepare("SELECT part FROM parts ORDER BY part").all();
  const old = Array.from({ length: 40_000 }, (_, number) =>
    attemptOf({ cdrId: `call-${number}`, at: noon + number, outcome: "failed" }),
  );
  writer.feed([batchOf([...old, attemptOf({ cdrId: "call-0", attempt: 2, at: noon + hourMs })])]);
  expect(parts()).toHaveLength(2);
  while (!writer.forget({ before: noon + 60_000, maxBytes: much }).isDone);
  expect(parts()).toEqual([expect.objectContaining({ part: 0 })]);
  while (!writer.forget({ before: noon + 2 * hourMs, maxBytes: much }).isDone);
  expect(parts()).toEqual([]);
});
