import { createMetrics } from "../observability/metrics.ts";
import { expose } from "../observability/exposition.ts";
import { createLogger } from "../observability/logger.ts";
import { createObserver } from "../observability/observer.ts";
import type { DestinationStream } from "pino";
import type { Role } from "../config.ts";
import type { ClientLog } from "../kafka/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { runService } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { userAgent } from "./context.ts";

/** `onhook run`: the service, until it is told to stop. The log goes to `log`, one JSON object a line. */
export async function run(
  context: CommandContext,
  roles: readonly Role[],
  log: DestinationStream,
): Promise<void> {
  const { config, version, stop } = context;
  const logger = createLogger({ level: config.log.level, destination: log });
  const metrics = createMetrics(systemClock, config.metrics);
  const emit = createObserver({ logger, metrics });
  // What kafkajs calls an error is mostly a try of several; the service's own events say what became of it.
  const kafkaLog: ClientLog = ({ level, message, details }) => {
    logger[level === "error" ? "warn" : "debug"]({ client: "kafkajs", ...details }, message);
  };
  const { registry } = metrics;
  await runService(
    { config, clock: systemClock, emit, kafkaLog, userAgent: userAgent(context) },
    {
      roles,
      version,
      stop,
      metrics: (accept) => expose(registry, accept),
      listening: (port) => logger.info({ port }, "listening"),
    },
  );
}
