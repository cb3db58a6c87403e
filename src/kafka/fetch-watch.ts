// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConsumerGroupClass below.
import consumerGroupClass from "kafkajs/src/consumer/consumerGroup.js";
import { once } from "../runtime/once.ts";
import { MemberWatchers } from "./member-watchers.ts";
import type { MemberWatch } from "./member-watchers.ts";

/** A consumer's fetch from one of the brokers has ended: it was answered, or there was nothing to ask that broker for. */
export interface Fetched {
  /** The broker. */
  readonly node: number;
  /** All brokers that the consumer knows now: each of them has a loop of its own, which fetches from it. */
  readonly nodes: readonly number[];
}

/** kafkajs says that it is a number; it is the name of a property. */
type NodeId = string | number;

interface ConsumerGroupClass {
  readonly prototype: { fetch: (this: GroupMember, node: NodeId) => Promise<unknown[]> };
}

/** What is used here of kafkajs's ConsumerGroup, which is one consumer's membership. */
interface GroupMember {
  readonly memberId: string;
  getNodeIds(): NodeId[];
}

const watchers = new MemberWatchers<Fetched>();

/** `tell` hears of each fetch that ended well. kafkajs's own event of that does not say which brokers have gone meanwhile. */
export function watchFetches(tell: (fetched: Fetched) => void): MemberWatch {
  mend();
  return watchers.watch(tell);
}

const mend = once(() => {
  const { prototype } = consumerGroupClass as ConsumerGroupClass;
  const own = prototype.fetch;
  prototype.fetch = async function fetchAndTell(node) {
    const batches = await own.call(this, node);
    watchers.of(this.memberId)?.({ node: Number(node), nodes: this.getNodeIds().map(Number) });
    return batches;
  };
});
