import { useStack } from "../../support/stack.ts";
import type { Member } from "../fleet.ts";
import { freezeAndThaw } from "../freezing.ts";
import { faultTest } from "../scenario.ts";
import { telling } from "../watching.ts";

faultTest("freeze-deliver", {
  stack: useStack,
  calls: 3000,
  rate: 150,
  async story(world) {
    const { fleet, load, random, names } = world;
    const [, one, two] = (await fleet.ready("match", "deliver", "deliver")) as [
      Member,
      Member,
      Member,
    ];
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    const sending = Promise.all([load.send(), withdraw()]);
    for (const part of [random.next() * 0.2, 0.4 + random.next() * 0.1]) {
      await load.sentPart(part);
      const pair = random.chance(0.5) ? ([one, two] as const) : ([two, one] as const);
      await freezeAndThaw(world, pair, names.groups.deliver, () =>
        pair[0].nextLine(telling("delivery.attempted")),
      );
    }
    await sending;
  },
});
