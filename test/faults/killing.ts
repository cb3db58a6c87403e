import type { World } from "./world.ts";

const kills = 3;

/** Kills one of the processes with these roles, and puts another one into its place, at seeded parts of the load. */
async function killAndReplace({ fleet, load, random }: World, roles: string): Promise<void> {
  const parts = Array.from({ length: kills }, () => random.next() * 0.9).sort((a, b) => a - b);
  for (const part of parts) {
    await load.sentPart(part);
    await fleet.kill(random.pick(fleet.running.filter((member) => member.roles === roles)));
    fleet.start(roles);
  }
}

/** A story in which processes with these roles are killed and replaced, under load. */
export function killing(roles: string, fleet: readonly string[]) {
  return async (world: World): Promise<void> => {
    await world.fleet.ready(...fleet);
    const withdraw = await world.withdrawOneTriggerAt(0.2);
    await Promise.all([world.load.send(), withdraw(), killAndReplace(world, roles)]);
  };
}
