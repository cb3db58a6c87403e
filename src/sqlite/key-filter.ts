/** For so many keys at most. With 2 bytes for each, one key in 400 that is not there seems to be. */
const bits = 2 ** 22;
const steps = 4;

/** Tells of 48-bit keys that were never added that they are not there, nearly always. A Bloom filter. */
export class KeyFilter {
  readonly #words = new Uint32Array(bits / 32);

  add(key: number): void {
    const [first, step] = stepsOf(key);
    for (let n = 0; n < steps; n += 1) {
      const at = (first + Math.imul(n, step)) & (bits - 1);
      this.#words[at >>> 5] = (this.#words[at >>> 5] as number) | (1 << (at & 31));
    }
  }

  mayHave(key: number): boolean {
    const [first, step] = stepsOf(key);
    for (let n = 0; n < steps; n += 1) {
      const at = (first + Math.imul(n, step)) & (bits - 1);
      if (((this.#words[at >>> 5] as number) & (1 << (at & 31))) === 0) return false;
    }
    return true;
  }
}

/** Keys are hashes already: two of their halves do for two hashes. */
function stepsOf(key: number): readonly [number, number] {
  return [key % 2 ** 24, Math.floor(key / 2 ** 24) | 1];
}
