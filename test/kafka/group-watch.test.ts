import { expect, it } from "vitest";
import type { GroupStanding } from "../../src/kafka/group-standing.ts";
import { createGroupWatch } from "../../src/kafka/group-watch.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

const read = {
  lags: [{ topic: "calls", group: "match", records: 3 }],
  members: [{ group: "match", count: 1 }],
};
const standing: GroupStanding = { ...read, unread: [] };

/** A watch over brokers that answer as `read` does. */
function setUp(read: () => Promise<GroupStanding>) {
  const clock = createFakeClock();
  const events: KafkaEvent[] = [];
  const stop = new AbortController();
  const emit = (event: KafkaEvent): void => void events.push(event);
  const watch = createGroupWatch({ read, clock, emit }, 15_000);
  const ended = watch.run(stop.signal, new AbortController().signal);
  return { clock, events, stop, ended };
}

it("tells how the groups stand at once, and then each interval after the last look", async () => {
  const { clock, events, stop, ended } = setUp(async () => standing);
  await settle();
  const startedAt = clock.now();
  expect(events).toEqual([{ type: "groups.read", at: startedAt, isWhole: true, ...read }]);
  await clock.advance(14_999);
  expect(events).toHaveLength(1);
  await clock.advance(1);
  expect(events).toMatchObject([{ at: startedAt }, { at: startedAt + 15_000 }]);
  stop.abort();
  await ended;
  expect(clock.pendingTimers).toBe(0);
});

it("tells of brokers that are away, and goes on when they are back", async () => {
  let isAway = true;
  const error = new Error("the brokers are away");
  const { clock, events, stop, ended } = setUp(async () => {
    if (isAway) throw error;
    return standing;
  });
  await clock.advance(15_000);
  isAway = false;
  await clock.advance(15_000);
  expect(events).toEqual([
    { type: "groups.reading-failed", group: null, topic: null, error },
    { type: "groups.reading-failed", group: null, topic: null, error },
    { type: "groups.read", at: clock.now(), isWhole: true, ...read },
  ]);
  stop.abort();
  await ended;
});

it("tells what was found out, and names what was not", async () => {
  const error = new Error("not authorised");
  const unread = [
    { group: "deliver", topic: "jobs", error },
    { group: "deliver", topic: null, error },
  ];
  const { clock, events, stop, ended } = setUp(async () => ({ ...read, unread }));
  await settle();
  expect(events).toEqual([
    { type: "groups.read", at: clock.now(), isWhole: false, ...read },
    { type: "groups.reading-failed", group: "deliver", topic: "jobs", error },
    { type: "groups.reading-failed", group: "deliver", topic: null, error },
  ]);
  stop.abort();
  await ended;
});

it("ends at once though brokers don't answer, and tells nothing of a look that fails after that", async () => {
  const answer = Promise.withResolvers<GroupStanding>();
  const { clock, events, stop, ended } = setUp(() => answer.promise);
  await settle();
  stop.abort();
  await ended;
  answer.reject(new Error("too late"));
  await settle();
  expect(events).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
