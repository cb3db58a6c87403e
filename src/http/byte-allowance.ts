import type { Socket } from "node:net";

/**
 * How much may come over a connection for one exchange, whatever it is. A parser bounds heads and the reader of an answer
 * its body, but nobody what is neither: interim answers, white space, what stands behind the size of a chunk. A receiver
 * that pours such things as fast as it can would keep the process busy until the time-out, at the cost of all others.
 */
export class ByteAllowance {
  #read = (): number => 0;
  #end = Infinity;
  #overrun = (): void => undefined;

  /** A new exchange begins: `overrun` is called, perhaps more than once, when more than `bytes` have come. */
  begin(bytes: number, overrun: () => void): void {
    this.#overrun = overrun;
    this.#end = this.#read() + bytes;
  }

  /** To be called when the connection is made, before anything is read from it. */
  watch(socket: Socket): void {
    const before = socket.bytesRead;
    this.#read = () => socket.bytesRead - before;
    socket.on("readable", () => queueMicrotask(() => this.#look()));
  }

  /** When the parser has had its turn: what makes a whole answer counts as one. */
  #look(): void {
    if (this.#read() > this.#end) this.#overrun();
  }
}
