import { HandOns } from "../../src/delivery/hand-ons.ts";
import { Intake } from "../../src/delivery/intake.ts";
import type { PartitionConsumer } from "../../src/delivery/intake.ts";
import { Collected } from "./collected.ts";

/** An intake whose work is done the moment it is handed out, and what was. */
export function finishingIntake(consumer: PartitionConsumer) {
  const done = new Collected();
  const intake = new Intake(consumer, {
    limits: { records: 500, bytes: 1_000_000 },
    kindOf: () => "any",
    now: () => Date.now(),
    take: (taken) => {
      const { record } = taken;
      done.handlers.records({ ...record, records: [record] });
      taken.finish();
    },
    finished: () => undefined,
    handOns: new HandOns(),
    copied: () => undefined,
  });
  return { done, intake };
}
