import { expect } from "vitest";
import { useStack } from "../../support/stack.ts";
import { faultTest } from "../scenario.ts";
import { telling } from "../watching.ts";

const both = "match,deliver";
const comings = 4;

faultTest("rebalance-storm", {
  stack: useStack,
  calls: 3000,
  async story(world) {
    const { fleet, load, random, names } = world;
    await fleet.ready(both);
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    const sending = Promise.all([load.send(), withdraw()]);
    for (let coming = 0; coming < comings; coming += 1) {
      const guest = fleet.start(random.pick([both, "match", "deliver"]));
      const { match, deliver } = names.groups;
      const group = guest.roles === "match" ? match : deliver;
      await guest.line(telling("consumer.joined", { group }));
      if (random.chance(0.7)) expect(await fleet.stop(guest)).toBe(0);
    }
    await sending;
  },
});
