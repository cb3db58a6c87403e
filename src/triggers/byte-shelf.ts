/** A larger one wastes more where little is kept, a smaller one more between them. */
const usualSlabBytes = 1024 * 1024;

/** In front of each: its number and its length, 32 bits each. */
const headBytes = 8;

interface Slab {
  readonly bytes: Buffer;
  /** Up to where it is written. */
  end: number;
  /** How much of that is still wanted, heads included. */
  wanted: number;
}

/** More than any slab is long. */
const slabFactor = 2 ** 32;
const nowhere = -1;

/**
 * Keeps many short byte strings, by numbers from 0 on, in few large pieces of memory: a million buffers would take more
 * for themselves than what is in them, and the collector would look through all of them again and again. What is taken
 * away leaves a gap; a slab that is more gaps than bytes is given up, and what it still holds is written elsewhere.
 */
export class ByteShelf {
  readonly #slabs: (Slab | null)[] = [];
  /** Numbers of slabs that were given up. */
  readonly #free: number[] = [];
  #current = nowhere;
  /** Of each number, slab and position in one; `nowhere` where it has none. */
  readonly #places: number[] = [];

  /** In bytes, what is kept and the gaps between, for the tests and for who wants to know. */
  get size(): number {
    return this.#slabs.reduce((sum, slab) => sum + (slab?.bytes.length ?? 0), 0);
  }

  /** The bytes of that number; to be looked at before anything else is done with the shelf. Undefined: there are none. */
  get(number: number): Buffer | undefined {
    const place = this.#places[number] ?? nowhere;
    if (place === nowhere) return undefined;
    const { bytes } = this.#slabAt(place);
    const at = place % slabFactor;
    return bytes.subarray(at + headBytes, at + headBytes + bytes.readUInt32LE(at + 4));
  }

  /** Keeps a copy of the bytes under that number, in the place of what was there. */
  put(number: number, bytes: Buffer): void {
    this.remove(number);
    this.#append(number, bytes);
  }

  remove(number: number): void {
    const place = this.#places[number] ?? nowhere;
    if (place === nowhere) return;
    this.#places[number] = nowhere;
    const slab = this.#slabAt(place);
    slab.wanted -= headBytes + slab.bytes.readUInt32LE((place % slabFactor) + 4);
    this.#tidy(Math.floor(place / slabFactor));
  }

  #slabAt(place: number): Slab {
    return this.#slabs[Math.floor(place / slabFactor)] as Slab;
  }

  #append(number: number, bytes: Buffer): void {
    const length = headBytes + bytes.length;
    const slab = this.#withRoom(length);
    const at = slab.end;
    slab.bytes.writeUInt32LE(number, at);
    slab.bytes.writeUInt32LE(bytes.length, at + 4);
    bytes.copy(slab.bytes, at + headBytes);
    slab.end += length;
    slab.wanted += length;
    while (this.#places.length < number) this.#places.push(nowhere);
    this.#places[number] = this.#current * slabFactor + at;
  }

  #withRoom(length: number): Slab {
    const full = this.#current;
    if (!this.#fits(length) && full !== nowhere) {
      this.#current = nowhere;
      // May begin a slab that has room.
      this.#tidy(full);
    }
    if (!this.#fits(length)) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(usualSlabBytes, length));
      this.#current = this.#free.pop() ?? this.#slabs.length;
      this.#slabs[this.#current] = { bytes, end: 0, wanted: 0 };
    }
    return this.#slabs[this.#current] as Slab;
  }

  #fits(length: number): boolean {
    const slab = this.#slabs[this.#current];
    return slab != null && slab.end + length <= slab.bytes.length;
  }

  /** Gives a slab up, other than the one that is written to, once less than half of it is wanted. */
  #tidy(index: number): void {
    const slab = this.#slabs[index];
    if (slab == null || index === this.#current || 2 * slab.wanted >= slab.end) return;
    this.#slabs[index] = null;
    for (let at = 0; slab.wanted > 0 && at < slab.end;) {
      const [number, length] = [slab.bytes.readUInt32LE(at), slab.bytes.readUInt32LE(at + 4)];
      const from = at + headBytes;
      if (this.#places[number] === index * slabFactor + at) {
        slab.wanted -= headBytes + length;
        this.#append(number, slab.bytes.subarray(from, from + length));
      }
      at = from + length;
    }
    this.#free.push(index);
  }
}
