import type { Trigger } from "../../admin/contract/triggers.ts";
import { draftOf } from "./draft.ts";
import type { Draft, Pair } from "./draft.ts";

/** The parts of a trigger that are changed, and merged, as one. */
export const parts = [
  "name",
  "enabled",
  "url",
  "method",
  "format",
  "retries",
  "filters",
  "customData",
  "headers",
  "auth",
] as const;
export type Part = (typeof parts)[number];

/** A part that somebody changed since one began. */
export interface PartChange {
  readonly part: Part;
  /** Whether one has changed it oneself, in another way: then one has to choose. */
  readonly isClash: boolean;
}

/** Rows without what tells them apart on the page alone. */
const withoutIds = (rows: readonly { readonly id: number }[]): unknown =>
  rows.map((row) => ({ ...row, id: undefined }));

/** A part as a text that is the same for the same content. */
function textOf(draft: Draft, part: Part): string {
  const value = draft[part];
  if (part === "customData" || part === "headers") {
    const pairs = (value as readonly Pair[]).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return JSON.stringify(withoutIds(pairs));
  }
  return JSON.stringify(part === "filters" ? withoutIds(draft.filters) : value);
}

/** What others have changed, part by part, between `base` and `theirs`; `mine` is what one is about to save. */
export function changesOf(base: Trigger, theirs: Trigger, mine: Draft): PartChange[] {
  const [before, after] = [draftOf(base), draftOf(theirs)];
  return parts.flatMap((part) => {
    const [was, is, own] = [textOf(before, part), textOf(after, part), textOf(mine, part)];
    if (was === is) return [];
    return [{ part, isClash: own !== was && own !== is }];
  });
}

/** What is edited once `sent` was saved as `saved`: what one has typed since it was sent stays. */
export function savedOver(sent: Draft, saved: Draft, now: Draft): Draft {
  const untouched = parts.filter((part) => now[part] === sent[part]);
  return { ...now, ...Object.fromEntries(untouched.map((part) => [part, saved[part]])) };
}

/** One's draft on top of theirs: what only they changed is theirs; of what both changed, `keepMine` is one's own. */
export function merged(
  base: Trigger,
  theirs: Trigger,
  mine: Draft,
  keepMine: ReadonlySet<Part>,
): Draft {
  const taken = changesOf(base, theirs, mine)
    .filter(({ part, isClash }) => !(isClash && keepMine.has(part)))
    .map(({ part }) => part);
  const after = draftOf(theirs);
  return { ...mine, ...Object.fromEntries(taken.map((part) => [part, after[part]])) };
}
