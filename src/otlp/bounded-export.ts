import { ExportResultCode } from "@opentelemetry/core";
import type { ExportResult } from "@opentelemetry/core";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { OnhookError } from "../errors.ts";
import { aborted } from "../runtime/aborted.ts";
import type { SpanLosses } from "./span-losses.ts";

export interface BoundedExportOptions {
  /** How many spans may wait, those under way included. */
  readonly maxSpans: number;
  /** How long the exporter takes for a batch at most, in ms. */
  readonly timeoutMs: number;
}

/** How long a span may wait for others, in ms, and how many go at a time. */
const delayMs = 1000;
export const batchSize = 512;

function lost(problem: string, cause?: unknown): OnhookError {
  return new OnhookError("SPANS_NOT_EXPORTED", { problem }, { cause });
}

/** An error of a connection to several addresses has no message of its own. */
function problemOf({ error }: ExportResult): string {
  if (error === undefined) return "it did not take them";
  if (error.message !== "") return error.message;
  return "code" in error ? String(error.code) : error.name;
}

/**
 * The package's batches, with every span accounted for: what waits is bounded here, since the package only says in words
 * that it has dropped some.
 */
export class BoundedExport {
  readonly #exporter: SpanExporter;
  readonly #processor: BatchSpanProcessor;
  readonly #losses: SpanLosses;
  readonly #maxSpans: number;
  #waiting = 0;
  #isClosed = false;

  constructor(
    exporter: SpanExporter,
    { maxSpans, timeoutMs }: BoundedExportOptions,
    losses: SpanLosses,
  ) {
    this.#exporter = exporter;
    this.#losses = losses;
    this.#maxSpans = maxSpans;
    this.#processor = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => this.#export(spans, done),
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: maxSpans,
      maxExportBatchSize: Math.min(batchSize, maxSpans),
      scheduledDelayMillis: delayMs,
      // Later than the exporter gives up by itself: a batch that is given up here could arrive all the same.
      exportTimeoutMillis: timeoutMs * 2,
    });
  }

  add(span: ReadableSpan): void {
    if (this.#isClosed) return this.#losses.add("stopped", 1, lost("the service stops"));
    if (this.#waiting >= this.#maxSpans)
      return this.#losses.add("queue-full", 1, lost("too many wait already"));
    this.#waiting += 1;
    this.#processor.onEnd(span);
  }

  /** Sends what waits. Resolves when that is over, or when `signal` is aborted; what then still waits is lost. */
  async close(signal: AbortSignal): Promise<void> {
    this.#isClosed = true;
    await Promise.race([this.#flush(), aborted(signal)]);
    this.#losses.add("stopped", this.#waiting, lost("the time to stop is over"));
    this.#waiting = 0;
  }

  async #flush(): Promise<void> {
    // Fails with the first batch that does, which is counted already, while others are still under way.
    await Promise.allSettled([this.#processor.shutdown()]);
    await this.#exporter.forceFlush?.();
  }

  #export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const settle = (result: ExportResult): void => {
      const count = Math.min(spans.length, this.#waiting);
      this.#waiting -= count;
      if (result.code !== ExportResultCode.SUCCESS)
        this.#losses.add("export-failed", count, lost(problemOf(result), result.error));
      done(result);
    };
    try {
      this.#exporter.export(spans, settle);
    } catch (error) {
      settle({
        code: ExportResultCode.FAILED,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }
}
