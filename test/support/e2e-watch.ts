/** Lets tests wait until something holds that changes as others work: asked again at every change, at no other time. */
export interface Watch {
  readonly changed: () => void;
  /** Resolves as soon as `holds`. */
  readonly until: (holds: () => boolean) => Promise<void>;
}

export function createWatch(): Watch {
  const waiting = new Set<() => void>();
  return {
    changed() {
      for (const look of waiting) look();
    },
    async until(holds) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        try {
          if (holds()) resolve();
        } catch (error) {
          reject(error);
        }
      };
      waiting.add(look);
      look();
      try {
        await promise;
      } finally {
        waiting.delete(look);
      }
    },
  };
}
