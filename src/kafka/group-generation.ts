// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConsumerGroupClass below.
import consumerGroupClass from "kafkajs/src/consumer/consumerGroup.js";
import type { Membership } from "./offset-commits.ts";

interface ConsumerGroupClass {
  readonly prototype: { joinAndSync: (this: GroupMember) => Promise<void> };
}

/** What is used here of kafkajs's ConsumerGroup, which is one consumer's membership. */
interface GroupMember {
  readonly memberId: string;
  readonly generationId: number;
}

type Tell = (membership: Membership) => void;

/** Who is told, by the id that the group has given the member. Ids are unique in a cluster, and new with each consumer. */
const watchers = new Map<string, Tell>();
let mended = false;

/** Hears of the generations that one consumer joins, until disposed of. */
export interface GenerationWatch extends Disposable {
  /** The consumer is this member of its group from now on. */
  follow(memberId: string): void;
}

/**
 * `tell` hears of each generation as soon as it is joined, after kafkajs's event of that, which does not say its number;
 * with a heartbeat it comes seconds later, and what is committed until then could not say which generation it is of.
 */
export function watchGenerations(tell: Tell): GenerationWatch {
  mend();
  let followed = "";
  const stop = (): void => void watchers.delete(followed);
  return {
    follow(memberId) {
      stop();
      followed = memberId;
      watchers.set(memberId, tell);
    },
    [Symbol.dispose]: stop,
  };
}

function mend(): void {
  if (mended) return;
  mended = true;
  const { prototype } = consumerGroupClass as ConsumerGroupClass;
  const own = prototype.joinAndSync;
  prototype.joinAndSync = async function joinAndTell() {
    await own.call(this);
    const { memberId, generationId: generation } = this;
    watchers.get(memberId)?.({ memberId, generation });
  };
}
