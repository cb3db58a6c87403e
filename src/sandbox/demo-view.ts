import type { Verdict } from "./demo-ledger.ts";
import type { DemoSnapshot } from "./demo-snapshot.ts";
import { createPanelScreen } from "./panel-screen.ts";
import type { Screen, ViewOutput } from "./panel-screen.ts";

export interface DemoViewOptions {
  readonly out: ViewOutput;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** CI, NO_COLOR (https://no-color.org) and TERM=dumb ask for plain lines even in a terminal. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface DemoView {
  /** Whether there is a panel; else there are plain lines. */
  readonly live: boolean;
  /** Draws the panel anew; where there is none, prints a line, at most once a second. */
  update(snapshot: DemoSnapshot): void;
  /** Prints a line that stays, above the panel where there is one. */
  line(text: string): void;
  /** Leaves the panel as it is and gives the cursor back; to be called however the demo ends. */
  close(): void;
  /** Names each problem, closes, and prints the line of the summary as the last one. */
  end(verdict: Verdict): void;
}

const plainEveryMs = 1_000;

/** The line that ends a demo. Its form is part of the contract of `npm run demo`. */
export function summaryLine(
  verdict: Pick<Verdict, "calls" | "matched" | "delivered" | "retried" | "dead" | "lost">,
): string {
  const { calls, matched, delivered, retried, dead, lost } = verdict;
  return `calls=${calls} matched=${matched} delivered=${delivered} retried=${retried} dead=${dead} lost=${lost}`;
}

function plainLine(snapshot: DemoSnapshot): string {
  const { calls, matched, jobs, delivered, retried, dead, underway } = snapshot;
  const waiting = Object.entries(snapshot.waitingByRung)
    .filter(([, count]) => count > 0)
    .map(([rung, count]) => `${rung}:${count}`);
  return [
    `${Math.round(snapshot.elapsedMs / 1_000)} s: calls=${calls}`,
    `(${snapshot.callsPerSecond.toFixed(1)}/s) matched=${matched} webhooks=${jobs}`,
    `delivered=${delivered} underway=${underway} retried=${retried} dead=${dead}`,
    `waiting=${waiting.length > 0 ? waiting.join(",") : "0"}`,
  ].join(" ");
}

function createPlainScreen(out: ViewOutput, now: () => number): Screen {
  let nextAt = -Infinity;
  return {
    update(snapshot) {
      if (now() < nextAt) return;
      nextAt = now() + plainEveryMs;
      out.write(`${plainLine(snapshot)}\n`);
    },
    line(text) {
      out.write(`${text}\n`);
    },
    close() {},
  };
}

/** Shows a running demo: a live panel in a terminal, plain lines everywhere else. */
export function createDemoView({ out, now, env }: DemoViewOptions): DemoView {
  const wantsPlain = Boolean(env["CI"]) || Boolean(env["NO_COLOR"]) || env["TERM"] === "dumb";
  const live = out.isTTY === true && !wantsPlain;
  const screen = live ? createPanelScreen(out) : createPlainScreen(out, now);

  return {
    live,
    update: (snapshot) => screen.update(snapshot),
    line: (text) => screen.line(text),
    close: () => screen.close(),
    end(verdict) {
      for (const problem of verdict.problems) screen.line(`✗ ${problem}`);
      screen.close();
      out.write(`${summaryLine(verdict)}\n`);
    },
  };
}
