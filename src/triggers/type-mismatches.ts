/** Counts values that were of another type than their condition was checked against, by field. */
export interface TypeMismatches {
  note(field: string): void;
  /** The counts since this was last called. */
  take(): ReadonlyMap<string, number>;
}

export function createTypeMismatches(): TypeMismatches {
  let counts = new Map<string, number>();
  return {
    note(field) {
      counts.set(field, (counts.get(field) ?? 0) + 1);
    },
    take() {
      const taken = counts;
      if (taken.size > 0) counts = new Map();
      return taken;
    },
  };
}
