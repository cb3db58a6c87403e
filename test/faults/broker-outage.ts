import type { Stack } from "../../src/sandbox/stack.ts";
import type { World } from "./world.ts";

/** A story in which the only broker ends under load, and is started again. */
export function brokerOutage(stack: () => Stack, how: "SIGTERM" | "SIGKILL") {
  return async (world: World): Promise<void> => {
    const { fleet, load, random } = world;
    await fleet.ready("match,deliver", "match,deliver");
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    const sending = Promise.all([load.send(), withdraw()]);
    await load.sentPart(0.2 + random.next() * 0.4);
    await fleet.struck(`no broker after ${how}`, async () => {
      await stack().stopBroker(0, how);
      await stack().startBroker(0);
    });
    await sending;
  };
}
