/** Chance that can be repeated: the same seed gives the same sequence on every machine. */
export interface SeededRandom {
  /** From 0 inclusive to 1 exclusive. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True with the probability `p`. */
  chance(p: number): boolean;
  /** Throws RangeError when there is nothing to pick from. */
  pick<T>(items: readonly T[]): T;
  /** One of `items`, with a probability in proportion to its weight. */
  weighted<T>(items: readonly T[], weightOf: (item: T) => number): T;
  /** The wait until the next event of a Poisson process, in units of its mean wait. */
  exponential(): number;
  /** A random UUID (version 4). */
  uuid(): string;
}

/** Mulberry32: 32 bits of state, good enough for a simulation and for nothing that must be kept secret. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
}

function uuidOf(bits: () => number): string {
  const bytes = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) bytes.writeUInt32BE(bits(), at);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => hex.slice(from, to))
    .join("-");
}

function weighted<T>(items: readonly T[], weightOf: (item: T) => number, at: number): T {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let left = at * total;
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError("nothing to pick from");
  return last;
}

export function createSeededRandom(seed: number): SeededRandom {
  const bits = mulberry32(seed);
  const next = (): number => bits() / 2 ** 32;
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (p) => next() < p,
    pick: (items) => weighted(items, () => 1, next()),
    weighted: (items, weightOf) => weighted(items, weightOf, next()),
    exponential: () => -Math.log(1 - next()),
    uuid: () => uuidOf(bits),
  };
}
