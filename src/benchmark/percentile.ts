/** The value that `part` (0 to 1) of the values do not exceed, by the nearest-rank method; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/** Median, least and most, for people. */
export function spread(values: readonly number[], digits = 0): string {
  const [median, least, most] = [0.5, 0, 1].map((part) =>
    percentile(values, part).toLocaleString("en-GB", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
  );
  return `${median} (${least} to ${most})`;
}
