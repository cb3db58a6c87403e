import type { CallSummary } from "../../../admin/contract/calls.ts";
import type { Portal } from "../../shell/portal.ts";

type Fields = CallSummary["fields"];

/** What became of the call, as the key of its word. */
export function resultOf(fields: Fields): "answered" | "abandoned" | "lost" | "none" {
  if (fields["ans"] === 1) return "answered";
  if (fields["aban"] === 1) return "abandoned";
  return fields["lost"] === 1 || fields["lostInPark"] === 1 ? "lost" : "none";
}

/** Its whole duration; null: the call does not say. */
export function durationOf({ formats }: Portal, fields: Fields): string | null {
  const seconds = fields["dur"];
  return typeof seconds === "number" ? formats.duration(seconds * 1000) : null;
}
