import type { Death } from "../delivery/dead-headers.ts";
import type { SkipReason } from "../replay/picked.ts";
import type { PlannedPart } from "../replay/replay-plan.ts";
import type { ReplayProgress } from "../replay/run-replay.ts";
import { table } from "./table.ts";

/** What a dry run has found. */
export interface Survey {
  /** Records read, whatever they are. */
  readonly read: number;
  readonly jobs: number;
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Jobs by what they are counted by, for example by reason. */
  readonly counts: Readonly<Record<string, ReadonlyMap<string, number>>>;
  /** When the oldest and the newest of them died or came, ms since the epoch; null where there is none. */
  readonly oldest: Death["at"] | null;
  readonly newest: Death["at"] | null;
}

const date = (ms: number | null): string => (ms === null ? "?" : new Date(ms).toISOString());

/** Where an earlier run has got to, and what is gone since. */
export function continuedLines(topic: string, parts: readonly PlannedPart[]): string[] {
  const continued = parts.filter((part) => part.continued && part.begin < part.end);
  const places = continued.map(({ partition, begin }) => `${topic}/${partition} offset ${begin}`);
  const gone = parts.reduce((sum, part) => sum + part.gone, 0);
  return [
    ...(places.length > 0 ? [`continued at ${places.join(", ")}`] : []),
    ...(gone > 0
      ? [
          `! ${gone} offsets are gone: the topic does not keep them any more, and no run had come to them`,
        ]
      : []),
  ];
}

const jobCount = (count: number): string => `${count} ${count === 1 ? "job" : "jobs"}`;

function countLines(name: string, counts: ReadonlyMap<string, number>): string[] {
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([of, count]) => [of, String(count)]);
  return table([name.toUpperCase(), "JOBS"], rows);
}

/** What a dry run says. */
export function surveyLines(id: string, { jobs, read, ...found }: Survey): string[] {
  const skipped = [...found.skipped].map(([reason, count]) => `${count} ${reason}`);
  const lines = [`replay ${id}: ${jobCount(jobs)} to replay, of ${read} records`];
  if (skipped.length > 0)
    lines.push(`can't be replayed and will be skipped: ${skipped.join(", ")}`);
  if (jobs === 0) return lines;
  lines.push(`from ${date(found.oldest)} to ${date(found.newest)}`);
  for (const [name, counts] of Object.entries(found.counts))
    lines.push(...countLines(name, counts));
  return lines;
}

/** What is said at the end of a run. */
export function endLine(id: string, { written, skipped, parts, end }: ReplayProgress): string {
  const wasDone = parts.length > 0 && parts.every(({ continued }) => continued);
  if (end === 0 || (wasDone && written + skipped === 0)) return `nothing left to do (replay ${id})`;
  const left = skipped > 0 ? `, ${skipped} skipped` : "";
  return `replayed ${jobCount(written)}${left} (replay ${id})`;
}
