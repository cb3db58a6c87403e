/** When each so many things were done, and the processor time spent until then; in s. The first is that of the begin. */
export interface Marks {
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
}

/** One look at how far something is. `at` and `cpu` in s. */
export interface Look {
  readonly count: number;
  readonly at: number;
  readonly cpu: number;
}

/** Makes marks of looks. */
export interface MarkMaker {
  readonly marks: Marks;
  readonly note: (look: Look) => void;
}

/**
 * Marks the begin, which is the last look at which nothing was done yet (or the first of all), and then each `every` of
 * `total`. Between two looks the count is taken to have risen evenly.
 */
export function createMarks({ total, every }: { total: number; every: number }): MarkMaker {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  const wanted = Math.floor(total / every) + 1;
  let before: Look | null = null;

  function set({ at, cpu }: Omit<Look, "count">): void {
    seconds.push(at);
    cpuSeconds.push(cpu);
  }

  return {
    marks: { seconds, cpuSeconds },
    note(now) {
      if (now.count > 0) {
        if (seconds.length === 0) set(before ?? now);
        const from = before ?? now;
        while (seconds.length < wanted && now.count >= every * seconds.length) {
          const risen = Math.max(1, now.count - from.count);
          const part = Math.min(1, (every * seconds.length - from.count) / risen);
          const between = (a: number, b: number): number => a + (b - a) * part;
          set({ at: between(from.at, now.at), cpu: between(from.cpu, now.cpu) });
        }
      }
      before = now;
    },
  };
}

/** Marks of the same looks twice: with what the service has spent, and, where anybody can tell, with what the brokers have. */
export function createBothMarks(
  of: { readonly total: number; readonly every: number },
  brokerCpu: (() => number) | undefined,
): { readonly own: Marks; readonly brokers: Marks | null; readonly note: (look: Look) => void } {
  const [own, brokers] = [createMarks(of), createMarks(of)];
  return {
    own: own.marks,
    brokers: brokerCpu === undefined ? null : brokers.marks,
    note(look) {
      own.note(look);
      if (brokerCpu !== undefined) brokers.note({ ...look, cpu: brokerCpu() });
    },
  };
}

/** What rounds of the same size came to, the warm-up left out. */
export interface Rates {
  /** How many a second. */
  readonly perSecond: readonly number[];
  /** Microseconds of processor time for each. */
  readonly cpuMicros: readonly number[];
}

/** The rates of rounds of `count` things each; the first round is to warm up. */
export function ratesOf({ seconds, cpuSeconds }: Marks, count: number): Rates {
  return {
    perSecond: roundsBetween(seconds).map((each) => count / each),
    cpuMicros: roundsBetween(cpuSeconds).map((each) => (each * 1e6) / count),
  };
}

/** What lies between each round's mark and the next; the first mark is that of the begin, and what follows it the warm-up. */
export function roundsBetween(marks: readonly number[]): number[] {
  return marks.slice(2).map((at, index) => at - (marks[index + 1] as number));
}
