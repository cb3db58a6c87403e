/** How far back is looked, at most twice this, in ms. */
const spanMs = 500;

/** How many come a millisecond, lately. Times in ms, of one clock. */
export class FlowRate {
  #from = -Infinity;
  #count = 0;
  #before = 0;

  add(now: number): void {
    this.#roll(now);
    this.#count += 1;
  }

  perMs(now: number): number {
    this.#roll(now);
    return (this.#before + this.#count) / (spanMs + now - this.#from);
  }

  #roll(now: number): void {
    const passed = now - this.#from;
    if (passed < spanMs) return;
    this.#before = passed < 2 * spanMs ? this.#count : 0;
    this.#count = 0;
    this.#from = now;
  }
}
