import { isDeepStrictEqual } from "node:util";
import type { Trigger } from "../triggers/trigger.ts";

/** What of a trigger is told as one thing: its conditions, say, are told as a whole. */
const propertiesOf = ({ name, enabled, filters, action }: Trigger): Record<string, unknown> => ({
  name,
  enabled,
  filters,
  ...Object.fromEntries(
    Object.entries(action).map(([key, value]) => [`action.${key}`, value as unknown]),
  ),
});

/** The paths of what differs between two versions; all where there was none before. Values are not told. */
export function changedProperties(before: Trigger | undefined, after: Trigger): readonly string[] {
  const now = propertiesOf(after);
  const then = before === undefined ? {} : propertiesOf(before);
  return Object.keys(now).filter((path) => !isDeepStrictEqual(now[path], then[path]));
}
