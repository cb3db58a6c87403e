import type { ReplayProgress } from "../replay/run-replay.ts";
import type { Clock } from "../runtime/clock.ts";

/** The stream that progress goes to. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Shows how far something is. */
export interface ProgressLine {
  update(progress: ReplayProgress): void;
  /** Leaves the last state standing. */
  close(): void;
}

const cells = 30;
/** How often it is drawn, or told where there is no terminal, in ms. */
const drawnMs = 100;
const toldMs = 5000;

const grouped = (count: number): string => count.toLocaleString("en-GB");

/** The state as a line: a bar, and how many. */
export function progressText({ read, end, written, skipped }: ReplayProgress): string {
  const part = end === 0 ? 1 : read / end;
  const full = Math.floor(part * cells);
  const bar = "█".repeat(full) + "░".repeat(cells - full);
  const left = skipped > 0 ? ` · ${grouped(skipped)} skipped` : "";
  return `${bar} ${Math.floor(part * 100)} % · ${grouped(written)} jobs${left}`;
}

/** The same where lines stay: a plain one. */
export function progressPlain({ read, end, written, skipped }: ReplayProgress): string {
  const left = skipped > 0 ? `, ${skipped} skipped` : "";
  return `read ${read} of ${end}, replayed ${written}${left}`;
}

/** A bar that is drawn over itself in a terminal; a plain line every few seconds elsewhere. */
export function createProgressLine(out: Terminal, clock: Pick<Clock, "now">): ProgressLine {
  const inTerminal = out.isTTY === true;
  let shownAt = inTerminal ? -Infinity : clock.now();
  let last: ReplayProgress | null = null;
  let drawn = false;

  function draw(progress: ReplayProgress): void {
    shownAt = clock.now();
    if (!inTerminal) {
      out.write(`${progressPlain(progress)}\n`);
      return;
    }
    out.write(`\r${progressText(progress).slice(0, (out.columns ?? 80) - 1)}\x1b[K`);
    drawn = true;
  }

  return {
    update(progress) {
      last = progress;
      if (clock.now() - shownAt >= (inTerminal ? drawnMs : toldMs)) draw(progress);
    },
    close() {
      if (!inTerminal || last === null) return;
      draw(last);
      if (drawn) out.write("\n");
    },
  };
}
