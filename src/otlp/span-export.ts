import { randomUUID } from "node:crypto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from "@opentelemetry/semantic-conventions";
import { isOwnSpan } from "../delivery/attempt-trace.ts";
import { isSampled } from "../jobs/trace-context.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { batchSize, BoundedExport } from "./bounded-export.ts";
import type { OtlpEvent } from "./otlp-events.ts";
import { SpanLosses } from "./span-losses.ts";
import { spanOfAttempt, spanOfCall } from "./span-of.ts";
import type { Attempted, SpanOrigin, Traced } from "./span-of.ts";

export interface SpanExportOptions {
  /** Base address of the collector's OTLP/HTTP. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM: what the collector's certificate is checked against; those that Node trusts when left out. */
  readonly ca?: string;
  /** How long the export of one batch may take, tries included, in ms. */
  readonly timeoutMs: number;
  /** How many spans may wait, those under way to the collector included. */
  readonly maxQueuedSpans: number;
  readonly version: string;
  /** Consumer group of the match role. */
  readonly matchGroup: string;
}

/** Makes spans of what the stages tell, and sends them to a collector; nothing that fails there reaches a stage. */
export interface SpanExport {
  /** Any event may be given; those that are no step of a recorded trace are passed over. */
  record(event: Attempted | Traced): void;
  /** Sends what is left. Resolves when it is, or at the latest when `signal` is aborted; takes nothing more. */
  close(signal: AbortSignal): Promise<void>;
}

function createExporter(options: SpanExportOptions): SpanExporter {
  const { endpoint, headers, ca, timeoutMs: timeoutMillis, maxQueuedSpans } = options;
  return new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, "")}/v1/traces`,
    headers: { ...headers },
    timeoutMillis,
    // At a stop all that wait go at once; a batch beyond this would be refused.
    concurrencyLimit: Math.ceil(maxQueuedSpans / batchSize) + 1,
    ...(ca !== undefined && { httpAgentOptions: { keepAlive: true, ca } }),
  });
}

/** Deployments say more of themselves by OpenTelemetry's own variables: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES. */
function originOf({ version, matchGroup }: SpanExportOptions): SpanOrigin {
  const own = resourceFromAttributes({
    [ATTR_SERVICE_NAME]: "onhook",
    [ATTR_SERVICE_VERSION]: version,
    [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
  });
  const given = detectResources({ detectors: [envDetector] });
  return { resource: defaultResource().merge(own).merge(given), version, matchGroup };
}

export function createSpanExport(
  options: SpanExportOptions,
  { clock, emit }: { readonly clock: Pick<Clock, "now">; readonly emit: Emit<OtlpEvent> },
): SpanExport {
  const { maxQueuedSpans: maxSpans, timeoutMs } = options;
  const losses = new SpanLosses(clock, emit);
  const out = new BoundedExport(createExporter(options), { maxSpans, timeoutMs }, losses);
  const origin = originOf(options);
  return {
    record(event) {
      if (event.type === "cdr.traced") return out.add(spanOfCall(event, origin));
      const { trace } = event;
      if (trace !== null && isOwnSpan(trace) && isSampled(trace))
        out.add(spanOfAttempt(event, trace, origin));
    },
    close: (signal) => out.close(signal),
  };
}
