import { expect } from "vitest";
import { useStack } from "../../support/stack.ts";
import { faultTest } from "../scenario.ts";

const roles = ["match", "match", "deliver", "deliver"];

faultTest("rolling-upgrade", {
  stack: useStack,
  calls: 4000,
  async story(world) {
    const { fleet, load } = world;
    const former = await fleet.ready(...roles);
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    const sending = Promise.all([load.send(), withdraw()]);
    for (const old of former) {
      await fleet.ready(old.roles);
      expect(await fleet.stop(old)).toBe(0);
    }
    await sending;
  },
});
