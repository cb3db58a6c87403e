import type { Socket } from "node:net";

/** An exchange that more may come for than it takes. */
export interface Overrunnable {
  overrun(): void;
}

/**
 * How much may come over a connection for one exchange, whatever it is. A parser bounds heads and the reader of an answer
 * its body, but nobody what is neither: interim answers, white space, what stands behind the size of a chunk. A receiver
 * that pours such things as fast as it can would keep the process busy until the time-out, at the cost of all others.
 */
export class ByteAllowance {
  #read = (): number => 0;
  #end = Infinity;
  #exchange: Overrunnable | null = null;

  /** A new exchange begins: its `overrun` is called, perhaps more than once, when more than `bytes` have come. */
  begin(bytes: number, exchange: Overrunnable): void {
    this.#exchange = exchange;
    this.#end = this.#read() + bytes;
  }

  /** To be called when the connection is made, before anything is read from it. */
  watch(socket: Socket): void {
    const before = socket.bytesRead;
    this.#read = () => socket.bytesRead - before;
    const look = (): void => this.#look();
    socket.on("readable", () => queueMicrotask(look));
  }

  /** When the parser has had its turn: what makes a whole answer counts as one. */
  #look(): void {
    if (this.#read() > this.#end) this.#exchange?.overrun();
  }
}
