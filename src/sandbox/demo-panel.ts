import type { DemoSnapshot, ReceiverTally } from "./demo-snapshot.ts";
import { receiverKinds } from "./sample-triggers.ts";
import type { ReceiverKind } from "./sample-triggers.ts";
import type { Span, Style, StyledLine } from "./styled-line.ts";

const labels: Readonly<Record<ReceiverKind, string>> = {
  ok: "works",
  flaky: "fails twice",
  broken: "answers 500",
  hang: "never answers",
  gone: "is not there",
};

const labelWidth = 15;

/** Of the figures that stand below each other. */
const figureWidth = 4;

const counts = new Intl.NumberFormat("en");

/** Minutes and seconds: `2:05`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function figure(label: string, value: number, style?: Style, columns = 0): Span[] {
  const text = counts.format(value).padStart(columns);
  return [
    [`${label} `, "dim"],
    style === undefined || value === 0 ? [text] : [text, style],
    ["   "],
  ];
}

/** How many of `width` cells each part gets; a part that is not nothing gets at least one where there is room. */
function cells(parts: readonly number[], width: number): number[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total === 0) return parts.map(() => 0);
  const shares = parts.map((part) =>
    part === 0 ? 0 : Math.max(1, Math.floor((part / total) * width)),
  );
  const largest = shares.indexOf(Math.max(...shares));
  const spare = width - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => (index === largest ? Math.max(0, share + spare) : share));
}

function bar({ delivered, waiting, dead }: ReceiverTally, width: number): Span[] {
  const [good = 0, open = 0, bad = 0] = cells([delivered, waiting, dead], width);
  const rest = width - good - open - bad;
  return [
    ["█".repeat(good), "green"],
    ["▒".repeat(open), "yellow"],
    ["█".repeat(bad), "red"],
    ["·".repeat(rest), "dim"],
  ];
}

function receiverRow(kind: ReceiverKind, tally: ReceiverTally, barWidth: number): StyledLine {
  return [
    [labels[kind].padEnd(labelWidth)],
    ...bar(tally, barWidth),
    ["   "],
    ...figure("delivered", tally.delivered, "green", figureWidth),
    ...figure("failed", tally.failed, "yellow", figureWidth),
    ...figure("waiting", tally.waiting, "yellow", figureWidth),
    ...figure("dead", tally.dead, "red", figureWidth),
  ];
}

function ladderRow(waitingByRung: DemoSnapshot["waitingByRung"]): StyledLine {
  const rungs = Object.entries(waitingByRung).flatMap(([rung, waiting]): Span[] => [
    [`${rung} `, "dim"],
    waiting === 0 ? ["0", "dim"] : [counts.format(waiting), "yellow"],
    ["  "],
  ]);
  return [["retry ladder".padEnd(labelWidth)], ...rungs];
}

function portalRow(address: string | null): readonly StyledLine[] {
  return address === null ? [] : [[["portal".padEnd(labelWidth)], [`${address}/`, "cyan"]]];
}

function eventStyle(text: string): Style | undefined {
  if (text.startsWith("✓")) return "green";
  if (text.startsWith("↻")) return "yellow";
  return text.startsWith("✗") ? "red" : undefined;
}

function eventRow(text: string): StyledLine {
  const style = eventStyle(text);
  if (style === undefined) return [[text]];
  return [[text.slice(0, 1), style], [text.slice(1)]];
}

/** The demo's panel for a terminal of `width` columns, line by line, not yet cut to it. */
export function demoPanel(snapshot: DemoSnapshot, width: number): readonly StyledLine[] {
  const barWidth = Math.max(6, Math.min(30, width - labelWidth - 61));
  return [
    [
      ["Onhook demo", "bold"],
      [`   ${clock(snapshot.elapsedMs)}   `],
      ...figure("calls", snapshot.calls),
      ["per second ", "dim"],
      [snapshot.callsPerSecond.toFixed(1)],
      ["   "],
      ...figure("matched", snapshot.matched),
      ...figure("webhooks", snapshot.jobs, "cyan"),
    ],
    [
      ...figure("delivered", snapshot.delivered, "green"),
      ...figure("underway", snapshot.underway, "cyan"),
      ...figure("retried", snapshot.retried, "yellow"),
      ...figure("dead", snapshot.dead, "red"),
      ...figure("cancelled", snapshot.cancelled, "red"),
    ],
    [],
    [["a receiver that", "dim"]],
    ...receiverKinds.map((kind) => receiverRow(kind, snapshot.byReceiver[kind], barWidth)),
    [],
    ladderRow(snapshot.waitingByRung),
    ...portalRow(snapshot.portal),
    [],
    ...snapshot.recent.map(eventRow),
  ];
}
