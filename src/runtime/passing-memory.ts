/** A larger piece wastes more of the last one, a smaller one more of each. */
const pieceBytes = 256 * 1024;

/** How many pieces are kept for what comes next. */
const mostSpare = 32;

/**
 * Memory for what is needed for a short while and by one owner: many small buffers that are all done with at the same
 * time. Left to the garbage collector they make it work as often as tens of megabytes of them have come and gone, on
 * everything else that lives.
 */
export class PassingMemory {
  readonly #spare: ArrayBuffer[] = [];

  /** A shelf of its own for one owner. */
  take(): PassingShelf {
    return new PassingShelf(this.#spare);
  }
}

/** What one owner has of it; what is not given back is collected as ever. */
export class PassingShelf {
  readonly #spare: ArrayBuffer[];
  #pieces: ArrayBuffer[] = [];
  #left = 0;

  constructor(spare: ArrayBuffer[]) {
    this.#spare = spare;
  }

  /** A buffer of so many bytes, which hold anything. */
  readonly allocate = (bytes: number): Buffer => {
    if (bytes > pieceBytes) return Buffer.allocUnsafeSlow(bytes);
    const piece =
      bytes > this.#left ? this.#nextPiece() : (this.#pieces.at(-1) ?? this.#nextPiece());
    const at = pieceBytes - this.#left;
    this.#left -= bytes;
    return Buffer.from(piece, at, bytes);
  };

  #nextPiece(): ArrayBuffer {
    const piece = this.#spare.pop() ?? new ArrayBuffer(pieceBytes);
    this.#pieces.push(piece);
    this.#left = pieceBytes;
    return piece;
  }

  /** To be called when nobody looks at any of it any more: its buffers are empty from then on, and their memory is used again. */
  giveBack(): void {
    const room = mostSpare - this.#spare.length;
    for (const piece of this.#pieces.slice(0, room)) this.#spare.push(piece.transfer());
    this.#pieces = [];
    this.#left = 0;
  }
}
