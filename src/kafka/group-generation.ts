// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConsumerGroupClass below.
import consumerGroupClass from "kafkajs/src/consumer/consumerGroup.js";
import { once } from "../runtime/once.ts";
import { MemberWatchers } from "./member-watchers.ts";
import type { MemberWatch } from "./member-watchers.ts";
import type { Membership } from "./offset-commits.ts";

interface ConsumerGroupClass {
  readonly prototype: { joinAndSync: (this: GroupMember) => Promise<void> };
}

/** What is used here of kafkajs's ConsumerGroup, which is one consumer's membership. */
interface GroupMember {
  readonly memberId: string;
  readonly generationId: number;
}

const watchers = new MemberWatchers<Membership, Promise<void>>();

/**
 * `tell` hears of each generation as soon as it is joined, after kafkajs's event of that, which does not say its number;
 * with a heartbeat it comes seconds later, and what is committed until then could not say which generation it is of.
 * Nothing is fetched before it resolves; where it rejects, the consumer crashes.
 */
export function watchGenerations(tell: (membership: Membership) => Promise<void>): MemberWatch {
  mend();
  return watchers.watch(tell);
}

const mend = once(() => {
  const { prototype } = consumerGroupClass as ConsumerGroupClass;
  const own = prototype.joinAndSync;
  prototype.joinAndSync = async function joinAndTell() {
    await own.call(this);
    const { memberId, generationId: generation } = this;
    await watchers.of(memberId)?.({ memberId, generation });
  };
});
