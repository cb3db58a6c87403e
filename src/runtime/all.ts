/** Waits for all, and rejects as the first of those that did: nothing of it is still under way afterwards. */
export async function all(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
