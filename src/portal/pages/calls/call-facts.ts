import type { CallSummary } from "../../../admin/contract/calls.ts";
import type { Portal } from "../../shell/portal.ts";

type Fields = CallSummary["fields"];

/** A number and a name that belong together: "Sales (+44 …)"; null: the call has neither. */
export function partyOf(fields: Fields, numberField: string, nameField: string): string | null {
  const [number, name] = [fields[numberField], fields[nameField]];
  const known = [name, number].filter((value) => value !== undefined && value !== "").map(String);
  if (known.length === 2) return `${known[0]} (${known[1]})`;
  return known[0] ?? null;
}

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
