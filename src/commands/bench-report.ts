import { isBalanced } from "../benchmark/ledger.ts";
import type { Counts } from "../benchmark/ledger.ts";
import type { Rates } from "../benchmark/marks.ts";
import type { DeliverFigures } from "../benchmark/measure-deliver.ts";
import type { LatencyFigures, Percentiles } from "../benchmark/measure-latency.ts";
import type { MatchFigures } from "../benchmark/measure-match.ts";
import { percentile, spread } from "../benchmark/percentile.ts";

/** What a measurement comes to, in lines for people; and what is wrong with its books, empty where nothing is. */
export interface Report {
  readonly lines: readonly string[];
  readonly problem: string;
}

const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

function booksOf(what: string, counts: Counts): Report {
  const { expected, found, missing, double, unexpected } = counts;
  const line = `${what} expected ${expected}, found ${found}: missing ${missing}, double ${double}, unexpected ${unexpected}`;
  return { lines: [line], problem: isBalanced(counts) ? "" : line };
}

/** What is measured by looks, a quarter of a second apart, needs rounds of more. */
const shortestSeconds = 2;

/** Says so where the rounds, of `count` things each, were too short to say much. */
function warningOf(option: string, count: number, perSecond: readonly number[]): string[] {
  const seconds = count / percentile(perSecond, 0.5);
  if (seconds >= shortestSeconds) return [];
  return [`! A round took ${seconds.toFixed(1)} s only, which says little: raise ${option}`];
}

const micros = ({ cpuMicros }: Rates): string =>
  `${spread(cpuMicros, 2)} µs of processor time each`;

const memoryLine = (mib: number): string => `memory          ${mib} MiB at most in a process`;

/** Of rounds of so many calls. */
export function matchReport(figures: MatchFigures, calls: number): Report {
  const { own, reading, writing, residentMiB, ofReading, ofWriting, jobs } = figures;
  const books = booksOf("jobs", jobs);
  return {
    problem: books.problem,
    lines: [
      `matching        ${spread(own.perSecond)} calls/s, ${micros(own)}`,
      `merely reading  ${spread(reading.perSecond)} calls/s, ${micros(reading)}; matching is ${percent(ofReading)} of that`,
      writing === null || ofWriting === null
        ? "merely writing  nothing: no call fired a trigger"
        : `merely writing  the jobs of ${spread(writing.perSecond)} calls/s; matching is ${percent(ofWriting)} of that`,
      memoryLine(residentMiB),
      ...books.lines,
      ...warningOf("--calls", calls, own.perSecond),
    ],
  };
}

/** Of rounds of so many jobs. */
export function deliverReport(figures: DeliverFigures, jobs: number): Report {
  const { perSecond, posting, cpuMicros, ofPosting, requests, unrecorded, detours, residentMiB } =
    figures;
  const books = booksOf("requests", requests);
  const unwritten = unrecorded === 0 ? "" : `${unrecorded} requests are not recorded`;
  return {
    problem: [books.problem, unwritten].filter((each) => each !== "").join("; "),
    lines: [
      `delivering      ${spread(perSecond)} requests/s, ${spread(cpuMicros)} µs of processor time each`,
      `merely posting  ${spread(posting)} requests/s; delivering is ${percent(ofPosting)} of that`,
      `not recorded ${unrecorded}, by way of the ladder ${detours}`,
      memoryLine(residentMiB),
      ...books.lines,
      ...warningOf("--jobs", jobs, perSecond),
    ],
  };
}

const inWords = ({ p50, p99, p999 }: Percentiles): string =>
  `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, p99.9 ${p999.toFixed(0)} ms`;

/** Of each round, and of all of them: median, least and most. */
export function latencyReport({ rounds, trips, timesTrip, requests }: LatencyFigures): Report {
  const books = booksOf("requests", requests);
  const median = (of: (each: Percentiles) => number): string => spread(rounds.map(of));
  return {
    problem: books.problem,
    lines: [
      ...rounds.map((each, index) => `round ${index + 1}         ${inWords(each)}`),
      `call to request p50 ${median(({ p50 }) => p50)} ms, p99 ${median(({ p99 }) => p99)} ms, p99.9 ${median(({ p999 }) => p999)} ms`,
      `a record merely written and read: ${inWords(trips)}; the median call takes ${timesTrip.toFixed(1)} times that`,
      ...books.lines,
    ],
  };
}
