import { demoPanel } from "./demo-panel.ts";
import type { DemoSnapshot } from "./demo-snapshot.ts";
import { fit, paint } from "./styled-line.ts";

/** The part of a terminal's stream that is written to. */
export interface ViewOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Where a demo shows how it stands. */
export interface Screen {
  update(snapshot: DemoSnapshot): void;
  /** Prints a line that stays. */
  line(text: string): void;
  /** Gives the terminal back. More than once is the same as once. */
  close(): void;
}

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearRestOfLine = "\x1b[K";
const clearBelow = "\x1b[J";
const clearAll = "\x1b[2J\x1b[H";

/**
 * A panel that is drawn over itself, below the lines that stay. Each frame goes out in one write and overwrites the
 * last one line by line, never clearing it first: that is what would flicker.
 */
export function createPanelScreen(out: ViewOutput): Screen {
  let panel: readonly string[] = [];
  let drawnRows = 0;
  let drawnColumns = out.columns;
  let open = false;

  /** In a terminal that has changed its width the panel's lines are wrapped anyhow: there it starts afresh. */
  function back(): string {
    if (drawnColumns !== out.columns) return clearAll;
    return drawnRows > 0 ? `\x1b[${drawnRows}A\r` : "";
  }

  function draw(above: readonly string[]): void {
    const lines = [...above, ...panel].map((line) => `${line}${clearRestOfLine}\n`);
    out.write((open ? "" : hideCursor) + back() + lines.join("") + clearBelow);
    drawnRows = panel.length;
    drawnColumns = out.columns;
    open = true;
  }

  return {
    update(snapshot) {
      // One column and one row less than there are: filling the last would wrap or scroll.
      const width = (out.columns ?? 80) - 1;
      const height = (out.rows ?? 50) - 1;
      panel = demoPanel(snapshot, width)
        .slice(0, height)
        .map((line) => paint(fit(line, width)));
      draw([]);
    },
    line: (text) => draw([text]),
    close() {
      if (open) out.write(showCursor);
      open = false;
    },
  };
}
