import { createLogger } from "../../src/observability/logger.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createObserver } from "../../src/observability/observer.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** What no line of the log may hold, to be put wherever private things stand. */
export const planted = {
  name: "Hush Hushington",
  number: "+15551230001",
  text: "hush: call me back",
  secret: `whsec_${Buffer.from("hush hush hush hush hush").toString("base64")}`,
  query: "key=hush-hush",
};

/** Damaged bytes can make any text an id, and who reads an id can't know: it must be legible, and is then no leak. */
const ids = new Set(["jobId", "triggerId", "tenantId", "cdrId", "cdrTopic", "key"]);

function withoutLegibleIds(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const kept = Object.entries(fields).filter(
    ([name, value]) => !ids.has(name) || /\p{Cc}/u.test(String(value)),
  );
  return JSON.stringify(Object.fromEntries(kept));
}

const privately = [/hush/i, /5551230\d/, /aHVzaCBodXNo/];

/** The real log at its most talkative, and the real metrics. */
export function createWatchedLog() {
  const lines: string[] = [];
  const logger = createLogger({
    level: "trace",
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics(createFakeClock());
  return {
    emit: createObserver({ logger, metrics }),
    /** The lines since this was last asked that hold something private, or that are no line at all. */
    takeLeaks(): string[] {
      return lines.splice(0).filter((line) => {
        const text = withoutLegibleIds(line);
        const uncounted = text.includes("could not be counted");
        return uncounted || privately.some((pattern) => pattern.test(text));
      });
    },
  };
}
