import type { Member } from "./fleet.ts";
import { telling } from "./watching.ts";
import type { World } from "./world.ts";

/**
 * Freezes the process until the group has given its partitions to `other`, thaws it, and sees it join the group again.
 * `moment` resolves when it is in the middle of something.
 */
export async function freezeAndThaw(
  { fleet }: World,
  [frozen, other]: readonly [Member, Member],
  group: string,
  moment: () => Promise<unknown>,
): Promise<void> {
  await moment();
  const takenOver = other.nextLine(telling("consumer.joined", { group }));
  await fleet.freeze(frozen);
  await takenOver;
  const back = frozen.nextLine(telling("consumer.joined", { group }));
  fleet.thaw(frozen);
  await back;
}
