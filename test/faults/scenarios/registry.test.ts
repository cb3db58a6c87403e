import { useOneBroker } from "../../support/one-broker.ts";
import { faultTest } from "../scenario.ts";
import { telling } from "../watching.ts";

const stack = useOneBroker();
const both = "match,deliver";

faultTest("registry-down-at-start", {
  stack,
  async story({ fleet, load, random }) {
    await stack().stopRegistry();
    const members = [fleet.start(both), fleet.start(both)];
    const sending = load.send();
    await Promise.all(members.map((member) => member.line(telling("service.waiting"))));
    await load.sentPart(random.next() * 0.5);
    await stack().startRegistry();
    await Promise.all([sending, ...members.map((member) => member.ready())]);
  },
});

faultTest("registry-down-in-the-middle", {
  stack,
  async story(world) {
    const { fleet, load, random } = world;
    await fleet.ready(both);
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    const sending = Promise.all([load.send(), withdraw()]);
    await load.sentPart(random.next() * 0.4);
    await stack().stopRegistry();
    // Has read no schema yet, and takes nothing from the other one before it has.
    const late = fleet.start(both);
    await late.line(telling("service.waiting"));
    await load.sentPart(0.6 + random.next() * 0.3);
    await stack().startRegistry();
    await Promise.all([sending, late.ready()]);
  },
});
