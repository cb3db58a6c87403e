// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConsumerGroupClass below.
import consumerGroupClass from "kafkajs/src/consumer/consumerGroup.js";
import { once } from "../runtime/once.ts";
import { SingleFlight } from "../runtime/single-flight.ts";
import { MemberWatchers } from "./member-watchers.ts";
import type { MemberWatch } from "./member-watchers.ts";
import type { Membership } from "./offset-commits.ts";

interface ConsumerGroupClass {
  readonly prototype: {
    joinAndSync: (this: GroupMember) => Promise<void>;
    leave: (this: GroupMember) => Promise<void>;
  };
}

/** What is used here of kafkajs's ConsumerGroup, which is one consumer's membership. */
interface GroupMember {
  readonly memberId: string;
  readonly generationId: number;
}

/** Hears of each generation; null: it joins anew, or leaves, so that what it was told before does not hold any more. */
type Hear = (membership: Membership | null) => Promise<void>;

const watchers = new MemberWatchers<Membership | null, Promise<void>>();

/** By the member's own object, as its id may be another one the next time. */
const hearing = new WeakMap<GroupMember, Hear>();

/**
 * `tell` hears of each generation as soon as it is joined, after kafkajs's event of that, which does not say its number;
 * with a heartbeat it comes seconds later, and what is committed until then could not say which generation it is of.
 * Nothing is fetched before it resolves. Where it rejects, kafkajs crashes if it was the first join; in a later one it
 * may go on fetching as if nothing were: `tell` has to see to the consumer's end.
 */
export function watchGenerations(tell: Hear): MemberWatch {
  mend();
  return watchers.watch(tell);
}

const joining = new SingleFlight<GroupMember, void>();

const mend = once(() => {
  const { prototype } = consumerGroupClass as ConsumerGroupClass;
  const { joinAndSync, leave } = prototype;

  async function joinAndTell(member: GroupMember): Promise<void> {
    await hearing.get(member)?.(null);
    await joinAndSync.call(member);
    const { memberId, generationId: generation } = member;
    const hear = watchers.of(memberId);
    if (hear === undefined) return;
    hearing.set(member, hear);
    await hear({ memberId, generation });
  }

  // kafkajs has a fetcher for each broker, and each that finds a leader gone would have the member join anew: one time is enough.
  prototype.joinAndSync = function joinOnce() {
    return joining.do(this, () => joinAndTell(this));
  };
  prototype.leave = async function tellAndLeave() {
    await hearing.get(this)?.(null);
    await leave.call(this);
  };
});
