import type { Trigger } from "../../admin/contract/triggers.ts";
import { draftOf, writtenOf } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { savedOver } from "./merge.ts";

/** What stands in the form of a new trigger when it is left for the page of what was created. */
interface Left {
  readonly triggerId: string;
  /** The draft that was sent. */
  readonly sent: Draft;
  /** Asked for late: one can type until the form is gone. */
  readonly now: () => Draft;
}

// In memory alone, as a draft may hold a password: neither the address nor the browser's history may keep it.
let left: Left | null = null;

/** Has the page of what was created go on with what was typed while it was being created. */
export function leaveDraft(next: Left): void {
  left = next;
}

/** Whether something was typed after `sent` was. */
export function isTypedOn(sent: Draft, now: Draft): boolean {
  return JSON.stringify(writtenOf(now, null)) !== JSON.stringify(writtenOf(sent, null));
}

/** The draft that a trigger's page begins with: what is saved, and over it, once, what its form was left with. */
export function firstDraft(trigger: Trigger): Draft {
  const saved = draftOf(trigger);
  if (left?.triggerId !== trigger.triggerId) return saved;
  const { sent, now } = left;
  left = null;
  return savedOver(sent, saved, now());
}
