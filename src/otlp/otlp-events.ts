/** Why spans did not reach the collector: too many wait already, it did not take them, or the service stopped first. */
export type SpanLoss = "queue-full" | "export-failed" | "stopped";

/** What the export of traces says while it works. */
export type OtlpEvent =
  | {
      /** Spans were dropped; told each time. */
      readonly type: "tracing.spans-dropped";
      readonly reason: SpanLoss;
      readonly count: number;
    }
  | {
      /** The same once in a while, for people: all since it was last said. */
      readonly type: "tracing.spans-lost";
      readonly reason: SpanLoss;
      readonly count: number;
      readonly error: unknown;
    };
