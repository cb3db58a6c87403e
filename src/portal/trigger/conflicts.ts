import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { ConflictDialog } from "./conflict-dialog.ts";
import type { Conflict } from "./conflict-dialog.ts";
import { draftOf } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { useFields } from "./editor.ts";
import type { Saved } from "./settings-tab.ts";

interface ConflictsProps {
  readonly conflict: Conflict;
  readonly draft: Draft;
  readonly onSettled: (saved: Saved, draft: Draft) => void;
  readonly onClose: () => void;
}

function Conflicts({ conflict, draft, onSettled, onClose }: ConflictsProps): VNode {
  const fields = useFields();
  const settle = (next: Draft): void =>
    onSettled({ trigger: conflict.theirs, etag: conflict.etag }, next);
  return html`<${ConflictDialog}
    conflict=${conflict}
    mine=${draft}
    fields=${fields.data ?? []}
    onMerged=${settle}
    onTheirs=${() => settle(draftOf(conflict.theirs))}
    onClose=${onClose}
  />`;
}

/**
 * What happens where somebody else was faster, whatever one was about to change: `ask` reads what they have saved, and
 * the dialog is shown until one has chosen, by `settle`.
 */
export function useConflicts(
  saved: Saved,
  draft: Draft,
  settle: (saved: Saved, draft: Draft) => void,
): { readonly ask: () => Promise<void>; readonly dialog: VNode | null } {
  const { api } = usePortal();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  async function ask(): Promise<void> {
    const params = { triggerId: saved.trigger.triggerId };
    const { body, etag } = await api.call("readTrigger", { params });
    setConflict({ base: saved.trigger, theirs: body, etag: etag ?? "" });
  }
  const close = (): void => setConflict(null);
  const onSettled = (next: Saved, nextDraft: Draft): void => {
    settle(next, nextDraft);
    close();
  };
  const dialog =
    conflict &&
    html`<${Conflicts}
      conflict=${conflict}
      draft=${draft}
      onSettled=${onSettled}
      onClose=${close}
    />`;
  return { ask, dialog };
}
