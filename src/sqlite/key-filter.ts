/** For so many keys at most. With 2 bytes for each, one key in 200 that is not there seems to be. */
const bits = 2 ** 22;
/** A key's bits stand in one line of the processor's cache, so that a look costs one way to the memory. */
const lineBits = 512;
const lines = bits / lineBits;
const steps = 4;

/** Tells of 48-bit keys that were never added that they are not there, nearly always. A Bloom filter, in blocks. */
export class KeyFilter {
  readonly #words = new Uint32Array(bits / 32);

  add(key: number): void {
    const line = (key % lines) * (lineBits / 32);
    let rest = Math.floor(key / lines);
    for (let n = 0; n < steps; n += 1) {
      const at = line + ((rest >>> 5) & 15);
      this.#words[at] = (this.#words[at] as number) | (1 << (rest & 31));
      rest = Math.floor(rest / lineBits);
    }
  }

  mayHave(key: number): boolean {
    const line = (key % lines) * (lineBits / 32);
    let rest = Math.floor(key / lines);
    for (let n = 0; n < steps; n += 1) {
      const word = this.#words[line + ((rest >>> 5) & 15)] as number;
      if ((word & (1 << (rest & 31))) === 0) return false;
      rest = Math.floor(rest / lineBits);
    }
    return true;
  }
}
