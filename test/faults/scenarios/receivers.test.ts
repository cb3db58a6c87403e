import { useStack } from "../../support/stack.ts";
import { badReceivers } from "../load.ts";
import { faultTest } from "../scenario.ts";

faultTest("bad-receivers", {
  stack: useStack,
  calls: 500,
  rate: 60,
  configuration: badReceivers,
  async story(world) {
    await world.fleet.ready("match,deliver", "match,deliver");
    const withdraw = await world.withdrawOneTriggerAt(0.5);
    await Promise.all([world.load.send(), withdraw()]);
  },
});
