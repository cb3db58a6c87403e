import type { LogLine } from "../support/e2e-service.ts";
import type { Member } from "./fleet.ts";

type Fits = (line: LogLine) => boolean;

/** Lines of the log that tell of this event, with these fields. */
export function telling(event: string, fields: Readonly<Record<string, unknown>> = {}): Fits {
  const wanted = Object.entries({ event, ...fields });
  return (line) => wanted.every(([name, value]) => line[name] === value);
}

/** How many lines of these processes fit. */
export function countLines(members: readonly Member[], fits: Fits): number {
  return members.reduce((sum, { log }) => sum + log.filter(fits).length, 0);
}
