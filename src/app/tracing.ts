import type { Config } from "../config.ts";
import { createTracer } from "../jobs/tracer.ts";
import type { Tracer } from "../jobs/tracer.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import type { SpanExportOptions } from "../otlp/span-export.ts";
import { aborted } from "../runtime/aborted.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Surroundings } from "./connections.ts";
import { certificatesOf } from "./pem-files.ts";

/** What makes traces, and what sends them. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Makes a span of an event that is a step of a recorded trace. */
  record(event: AnyEvent): void;
  /** Sends what is left when it is stopped: it must stop after whatever it records. */
  readonly service: Service;
}

/** The least time that the last spans get at a stop, where draining has taken all that there was, in ms. */
const leastFlushMs = 1000;

function exportOptions(
  { tracing, kafka }: Config,
  endpoint: string,
  version: string,
): SpanExportOptions {
  const { headers, caFile, timeoutMs, maxQueuedSpans } = tracing;
  const ca = certificatesOf("tracing.caFile", caFile);
  const named = headers.map((text) => text.split(/=(.*)/s).slice(0, 2) as [string, string]);
  return {
    endpoint,
    headers: Object.fromEntries(named),
    ...(ca !== undefined && { ca }),
    timeoutMs,
    maxQueuedSpans,
    version,
    matchGroup: kafka.matchGroup,
  };
}

/**
 * The tracing that the settings ask for; null where they ask for none, and then nothing of OpenTelemetry is loaded.
 * `stop` is the signal that stops the whole service. Rejects with PEM_UNUSABLE.
 */
export async function createTracing(
  { config, emit }: Pick<Surroundings, "config" | "emit">,
  { version, stop: stopAll }: { readonly version: string; readonly stop: AbortSignal },
): Promise<Tracing | null> {
  const { otlpEndpoint, sampleRatio } = config.tracing;
  if (otlpEndpoint === null) return null;
  const options = exportOptions(config, otlpEndpoint, version);
  const { createSpanExport } = await import("../otlp/span-export.ts");
  const spans = createSpanExport(options, { clock: steadyClock, emit });
  let stopBegan: number | null = null;
  stopAll.addEventListener("abort", () => (stopBegan = steadyClock.now()), { once: true });
  return {
    tracer: createTracer(sampleRatio),
    record(event) {
      if (event.type === "delivery.attempted" || event.type === "cdr.traced") spans.record(event);
    },
    service: {
      name: "tracing",
      async run(stop, kill) {
        await aborted(stop);
        const now = steadyClock.now();
        const until = (stopBegan ?? now) + config.delivery.drainTimeoutMs;
        const over = new AbortController();
        const due = Math.max(until, now + leastFlushMs);
        const cancel = steadyClock.at(due, () => over.abort());
        await spans.close(AbortSignal.any([kill, over.signal]));
        cancel();
      },
    },
  };
}
