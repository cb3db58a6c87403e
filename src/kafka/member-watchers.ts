/** Hears of one consumer, until disposed of. */
export interface MemberWatch extends Disposable {
  /** The consumer is this member of its group from now on. */
  follow(memberId: string): void;
}

/**
 * Who is told of each consumer of this process, by the id that the group has given the member. Ids are unique in a
 * cluster, and new with each consumer.
 */
export class MemberWatchers<Told, Answer = void> {
  readonly #watchers = new Map<string, (told: Told) => Answer>();

  of(memberId: string): ((told: Told) => Answer) | undefined {
    return this.#watchers.get(memberId);
  }

  watch(tell: (told: Told) => Answer): MemberWatch {
    let followed = "";
    const stop = (): void => void this.#watchers.delete(followed);
    return {
      follow: (memberId) => {
        stop();
        followed = memberId;
        this.#watchers.set(memberId, tell);
      },
      [Symbol.dispose]: stop,
    };
  }
}
