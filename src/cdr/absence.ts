/** Whether a value is one that a call does not have: null, or a number with no decimal form, NaN or an infinity. */
export function isAbsent(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))
  );
}

/**
 * Whether a value carries anything. Empty arrays, maps and records carry nothing, and so does what holds only those:
 * the payload leaves it out and `exists` does not see it. Source: spec, sections 3 and 4.
 */
export function carries(value: unknown): boolean {
  if (isAbsent(value)) return false;
  if (typeof value !== "object" || value instanceof Uint8Array) return true;
  return Object.values(value as object).some(carries);
}
