import type { LogLine } from "../support/e2e-service.ts";
import type { Recorded } from "../accounts/request-log.ts";
import type { Member } from "./fleet.ts";

type Fits = (line: LogLine) => boolean;

/** Lines of the log that tell of this event, with these fields. */
export function telling(event: string, fields: Readonly<Record<string, unknown>> = {}): Fits {
  const wanted = Object.entries({ event, ...fields });
  return (line) => wanted.every(([name, value]) => line[name] === value);
}

/** When a line was written; a clock that was set says nothing about that. */
export function writtenAt({ time, seenAt }: LogLine): number {
  const told = Date.parse(String(time));
  return Math.abs(told - seenAt) < 60_000 ? Math.min(told, seenAt) : seenAt;
}

/** The attempts that a process has told of, as it does once they are recorded. */
export function recordedBy({ log }: Member): readonly Recorded[] {
  return log.filter(telling("delivery.attempted")).map((line) => {
    const [beganAt, durationMs] = [Number(line["at"]), Number(line["durationMs"])];
    return {
      id: String(line["jobId"]),
      attempt: Number(line["attempt"]),
      beganAt,
      endedAt: beganAt + durationMs,
      recordedAt: writtenAt(line),
    };
  });
}

/** How many lines of these processes fit. */
export function countLines(members: readonly Member[], fits: Fits): number {
  return members.reduce((sum, { log }) => sum + log.filter(fits).length, 0);
}
