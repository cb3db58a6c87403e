/**
 * A body for people: JSON with a line for each property. What JSON.parse would change, such as a number of 64 bits,
 * stays as it was sent.
 */
export function legibleBody(body: string, contentType: string | null): string {
  if (contentType?.startsWith("application/json") !== true) return body;
  try {
    const read: unknown = JSON.parse(body);
    return JSON.stringify(read) === body ? JSON.stringify(read, null, 2) : body;
  } catch {
    // Masked in a way that leaves no JSON: shown as it is.
    return body;
  }
}
