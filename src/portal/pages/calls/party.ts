import type { VNode } from "preact";
import { html } from "htm/preact";
import type { CallSummary } from "../../../admin/contract/calls.ts";

/**
 * A name and a number that belong together, as far as the call has them. Each is kept from the other: a name written from
 * right to left, or made to look so, must not turn the number round.
 */
export function Party({
  fields,
  number,
  name,
}: {
  readonly fields: CallSummary["fields"];
  /** The fields that they stand in. */
  readonly number: string;
  readonly name: string;
}): VNode {
  const known = [fields[name], fields[number]]
    .filter((value) => value !== undefined && value !== "")
    .map(String);
  const [first, second] = known;
  return html`<bdi>${first}</bdi>${second === undefined ? null : html` (<bdi>${second}</bdi>)`}`;
}
