import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";

/**
 * What has not ended counts as lost once nothing went on for so long, in ms. Counted from the last progress: jobs for a
 * receiver that hangs go one at a time and may need minutes, however well all goes.
 */
const patienceMs = 90_000;
const lookEveryMs = 50;

/** How long nothing has been seen to go on. */
export class Silence {
  readonly #clock: Clock;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Something went on. */
  end(): void {
    this.#since = this.#clock.now();
  }

  /** Resolves when nothing is open any more, or nothing went on for as long as patience lasts. */
  async untilNone(open: () => number): Promise<void> {
    while (open() > 0 && this.#clock.now() < this.#since + patienceMs)
      await pause(this.#clock, lookEveryMs);
  }
}
