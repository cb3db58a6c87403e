export const someTriggerId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

/** What somebody writes to make a trigger, valid unless `changes` say otherwise. */
export function triggerInput(changes: object = {}): Record<string, unknown> {
  return {
    triggerId: someTriggerId,
    tenantId: "t1",
    action: { url: "https://example.com/hook" },
    ...changes,
  };
}
