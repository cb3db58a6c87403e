import { afterEach } from "vitest";
import { useThreeBrokers } from "../../support/three-brokers.ts";
import { faultTest } from "../scenario.ts";
import { telling } from "../watching.ts";
import type { World } from "../world.ts";

const cluster = useThreeBrokers();
afterEach(() => cluster.startAll());

async function underLoad(world: World, fault: () => Promise<void>): Promise<void> {
  const { fleet, load, random } = world;
  await fleet.ready("match,deliver", "match,deliver");
  const withdraw = await world.withdrawOneTriggerAt(0.2);
  const sending = Promise.all([load.send(), withdraw()]);
  await load.sentPart(0.1 + random.next() * 0.3);
  await fault();
  await sending;
}

faultTest("cluster-loses-one", {
  stack: () => cluster.stack,
  async story(world) {
    const { fleet, random } = world;
    await underLoad(world, async () => {
      const broker = random.between(0, 2);
      await fleet.struck(`SIGKILL of broker ${broker}`, () =>
        cluster.stack.stopBroker(broker, "SIGKILL"),
      );
      await world.load.sentPart(0.6 + random.next() * 0.2);
      await cluster.stack.startBroker(broker);
    });
  },
});

faultTest("cluster-loses-two", {
  stack: () => cluster.stack,
  async story(world) {
    const { fleet, random } = world;
    await underLoad(world, async () => {
      const kept = random.between(0, 2);
      const others = [0, 1, 2].filter((each) => each !== kept);
      // Which of these comes first is chance: what is begun can't be written, or the group is gone and nothing is begun.
      const waiting = fleet.running.flatMap((member) =>
        ["producer.retrying", "delivery.commit-failed"].map((event) =>
          member.nextLine(telling(event)),
        ),
      );
      await fleet.struck("two brokers gone", async () => {
        await Promise.all(others.map((each) => cluster.stack.stopBroker(each, "SIGKILL")));
        await Promise.race(waiting);
        await cluster.startAll();
      });
    });
  },
});
