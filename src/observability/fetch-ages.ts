import type { EventOf } from "./any-event.ts";

/** When a group's consumer last had an answer; ms since the epoch. */
interface Answers {
  /** Of any broker, or else when it first joined. */
  at: number;
  /** By broker, of those that it fetches from: one that hangs is not made up for by the others. */
  readonly byNode: Map<number, number>;
}

/** For how long consumers have been without an answer, by group. */
export class FetchAges {
  readonly #groups = new Map<string, Answers>();

  joined(group: string, at: number): void {
    if (this.#groups.has(group)) this.ended(group);
    else this.#groups.set(group, { at, byNode: new Map() });
  }

  /** What fetched is gone; until something does again, all that counts is the last answer of all. */
  ended(group: string): void {
    this.#groups.get(group)?.byNode.clear();
  }

  fetched({ group, node, nodes, at }: EventOf<"consumer.fetched">): void {
    const answers = this.#groups.get(group) ?? { at, byNode: new Map<number, number>() };
    this.#groups.set(group, answers);
    const { byNode } = answers;
    for (const known of byNode.keys()) if (!nodes.includes(known)) byNode.delete(known);
    // One that has never answered counts from here: it was asked when the others were.
    for (const each of nodes) if (!byNode.has(each)) byNode.set(each, at);
    byNode.set(node, at);
    answers.at = at;
  }

  /** Ms, by group: since the last answer of the broker that has not answered for longest. */
  *at(now: number): Generator<readonly [group: string, ageMs: number]> {
    for (const [group, { at, byNode }] of this.#groups)
      yield [group, Math.max(0, now - Math.min(at, ...byNode.values()))];
  }
}
