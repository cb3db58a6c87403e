import { HandOns } from "../../src/delivery/hand-ons.ts";
import { Intake } from "../../src/delivery/intake.ts";
import type { IntakeLimits, Taken } from "../../src/delivery/partition-lane.ts";
import type { CommittedOffset, TopicPartition } from "../../src/log/log-record.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { nine, recordsAt } from "./some-jobs.ts";

export const at = { topic: "onhook.jobs", partition: 0 };
export const second = { topic: "onhook.jobs", partition: 1 };

/** An intake whose partitions are assigned, and all that it does to its consumer. */
export function setUp(limits: Partial<IntakeLimits> = {}) {
  const clock = createFakeClock(nine);
  const taken: Taken[] = [];
  const said: string[] = [];
  const copied: string[] = [];
  const commits: (readonly CommittedOffset[])[] = [];
  const consumer = {
    refuses: false,
    pause: ({ partition }: TopicPartition) => void said.push(`pause ${partition}`),
    resume: ({ partition }: TopicPartition) => void said.push(`resume ${partition}`),
    confirmed: async () => undefined,
    isConfirmed: true,
    async commit(offsets: readonly CommittedOffset[]) {
      if (consumer.refuses) throw new Error("the group is rebalancing");
      commits.push(offsets);
    },
  };
  const all = { records: 100, bytes: 1_000_000, ...limits };
  const intake = new Intake(consumer, {
    limits: all,
    kindOf: ({ key }) => key?.toString() ?? "none",
    now: () => clock.now(),
    take: (one) => void taken.push(one),
    finished: () => undefined,
    handOns: new HandOns(),
    copied: ({ partition, offset }) => void copied.push(`${partition}/${offset}`),
  });
  intake.assigned([at, second]);
  const take = (...offsets: number[]) => intake.records({ ...at, records: recordsAt(...offsets) });
  return { clock, intake, taken, said, copied, commits, consumer, take };
}
