import { useOneBroker } from "../../support/one-broker.ts";
import { faultTest } from "../scenario.ts";

const stack = useOneBroker();

const scenarios = [
  ["broker-restart", "SIGTERM"],
  ["broker-kill", "SIGKILL"],
] as const;

for (const [name, how] of scenarios) {
  faultTest(name, {
    stack,
    async story(world) {
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
    },
  });
}
