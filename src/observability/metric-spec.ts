/** A metric that Onhook exposes. */
export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  /** What an operator does about it. */
  readonly action: string;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
  /** Whether a histogram's buckets name the trace of one that is in them, for those who ask for OpenMetrics. */
  readonly exemplars?: true;
}

/** Bounds for what should be done at once, in seconds. */
export const promptBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
