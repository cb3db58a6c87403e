import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { OtlpEvent, SpanLoss } from "./otlp-events.ts";

/** How long is kept quiet after spans that were lost have been said, in ms. */
const quietMs = 60_000;

/** Counts every span that was lost, and says so once in a while: a collector that is away must not fill the log. */
export class SpanLosses {
  readonly #clock: Pick<Clock, "now">;
  readonly #emit: Emit<OtlpEvent>;
  #saidAt = -Infinity;
  #unsaid = 0;

  constructor(clock: Pick<Clock, "now">, emit: Emit<OtlpEvent>) {
    this.#clock = clock;
    this.#emit = emit;
  }

  add(reason: SpanLoss, count: number, error: unknown): void {
    if (count === 0) return;
    this.#emit({ type: "tracing.spans-dropped", reason, count });
    this.#unsaid += count;
    const now = this.#clock.now();
    if (now - this.#saidAt < quietMs) return;
    this.#emit({ type: "tracing.spans-lost", reason, count: this.#unsaid, error });
    this.#saidAt = now;
    this.#unsaid = 0;
  }
}
