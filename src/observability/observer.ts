import type { Level, Logger } from "pino";
import type { Emit } from "../runtime/emit.ts";
import type { AnyEvent } from "./any-event.ts";
import { logLineOf } from "./log-events.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Turns each event into its metrics and its line of the log. This is what stages get as their `emit`.
 * Never throws: a number that a metric refuses must not end the stage that told it, so it is logged instead.
 */
export function createObserver({
  logger,
  metrics,
}: {
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Emit<AnyEvent> {
  const isWritten = (level: Level): boolean => logger.isLevelEnabled(level);
  return (event) => {
    try {
      metrics.record(event);
    } catch (error) {
      logger.error({ event: event.type, err: error }, "an event could not be counted");
    }
    const line = logLineOf(event, isWritten);
    if (line !== null) logger[line.level](line.fields, line.message);
  };
}
