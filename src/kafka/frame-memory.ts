/** Only what takes so much is worth it; the rest is left to the garbage collector. */
const leastBytes = 64 * 1024;

/** How much is kept at most, in bytes, for what comes next: a fetch of each of a few brokers. */
const mostSpareBytes = 32 * 1024 * 1024;

/** No more than so many times what is asked for. */
const mostRoom = 4;

const mebibyte = 1024 * 1024;

/** By powers of two, and by whole MiB beyond one: memory then fits what is a little larger than the last. */
function roomFor(bytes: number): number {
  return bytes > mebibyte
    ? Math.ceil(bytes / mebibyte) * mebibyte
    : 2 ** Math.ceil(Math.log2(bytes));
}

/**
 * The memory of large requests to brokers, and of their answers, to be used again. Left to the garbage collector it is what makes it work most: a
 * collector that has seen some tens of megabytes come and go looks through everything that lives.
 *
 * Whoever has such memory may give it back, and nobody has to: what is not given back is collected as ever. It is
 * given back by a transfer, after which each view of it is empty: who looks at one by mistake finds nothing, and not
 * something else.
 */
export class FrameMemory {
  /** What was taken from here: no frame shares its memory with another. */
  readonly #taken = new WeakSet<ArrayBuffer>();
  /** Smallest first. */
  readonly #spare: ArrayBuffer[] = [];
  #spareBytes = 0;

  /** A view of `bytes` bytes, which hold anything. */
  take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes < leastBytes) return Buffer.allocUnsafe(bytes);
    const memory = this.#spareOf(bytes) ?? new ArrayBuffer(roomFor(bytes));
    this.#taken.add(memory);
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes it back, unless it was not taken from here. All views of it are empty afterwards. */
  give(memory: ArrayBufferLike): void {
    const { byteLength } = memory;
    if (!(memory instanceof ArrayBuffer) || !this.#taken.delete(memory)) return;
    if (byteLength > mostSpareBytes) return;
    // The small ones go first, which cost least to be made anew.
    while (this.#spareBytes + byteLength > mostSpareBytes) {
      const least = this.#spare[0]?.byteLength ?? 0;
      if (least >= byteLength) return;
      this.#spare.shift();
      this.#spareBytes -= least;
    }
    const behind = this.#spare.findIndex((each) => each.byteLength >= byteLength);
    this.#spare.splice(behind < 0 ? this.#spare.length : behind, 0, memory.transfer());
    this.#spareBytes += byteLength;
  }

  #spareOf(bytes: number): ArrayBuffer | undefined {
    const fitting = this.#spare.findIndex(({ byteLength }) => byteLength >= bytes);
    // Something small must not keep from others what is large.
    if (fitting < 0 || (this.#spare[fitting] as ArrayBuffer).byteLength > mostRoom * bytes)
      return undefined;
    const [found] = this.#spare.splice(fitting, 1);
    this.#spareBytes -= found?.byteLength ?? 0;
    return found;
  }
}

/** Of all connections of this process. */
export const frameMemory = new FrameMemory();
