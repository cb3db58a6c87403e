import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { ConfirmDialog } from "../ui/dialog.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { draftOf, isMistaken, writtenOf } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { Editor } from "./editor.ts";
import { failureText } from "./failure-text.ts";

/** A trigger as it is saved, and the version that is. */
export interface Saved {
  readonly trigger: Trigger;
  readonly etag: string;
}

interface SettingsProps {
  readonly saved: Saved;
  readonly draft: Draft;
  readonly changed: boolean;
  readonly onDraft: (draft: Draft) => void;
  /** `sent` is the draft that was saved; one may have typed on meanwhile. */
  readonly onSaved: (saved: Saved, sent: Draft) => void;
  readonly onDeleted: () => unknown;
  /** Somebody else has changed it meanwhile. */
  readonly onConflict: () => Promise<void>;
}

function DeleteDialog({
  saved,
  onDeleted,
  onClose,
  onChanged,
}: {
  readonly saved: Saved;
  readonly onDeleted: () => unknown;
  readonly onClose: () => void;
  readonly onChanged: () => Promise<void>;
}): VNode {
  const portal = usePortal();
  const { t, api, toast } = portal;
  const { triggerId, name } = saved.trigger;
  async function remove(): Promise<void> {
    try {
      await api.call("deleteTrigger", { params: { triggerId }, ifMatch: saved.etag });
      onDeleted();
    } catch (error) {
      onClose();
      if (error instanceof ApiError && error.status === 412) await onChanged();
      else toast(failureText(portal, error), "error");
    }
  }
  return html`<${ConfirmDialog}
    danger
    title=${t("trigger.delete.title")}
    confirm=${t("trigger.delete.confirm")}
    typed=${name === "" ? t("trigger.delete.word") : name}
    onConfirm=${remove}
    onClose=${onClose}
  >
    <p>${t("trigger.delete.text")}</p>
  <//>`;
}

/** Saving with what happens where somebody else was faster. */
function useSaving({ saved, draft, onSaved, onConflict }: SettingsProps) {
  const { t, api, toast } = usePortal();
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const running = useRef(false);
  async function send(): Promise<void> {
    try {
      const params = { triggerId: saved.trigger.triggerId };
      const body = { ...writtenOf(draft, saved.trigger) };
      const answer = await api.call("replaceTrigger", { params, body, ifMatch: saved.etag });
      onSaved({ trigger: answer.body, etag: answer.etag ?? "" }, draft);
      setTried(false);
      toast(t("trigger.saved"), "success");
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) await onConflict();
      else setError(error as Error);
    }
  }
  async function save(): Promise<void> {
    // Enter in a field comes here past the button, which waits by itself.
    if (running.current) return;
    setTried(true);
    setError(null);
    if (isMistaken(draft)) return;
    running.current = true;
    try {
      await send();
    } finally {
      running.current = false;
    }
  }
  return { tried, error, save, reset: () => setTried(false) };
}

function SaveBar({
  changed,
  onSave,
  onDiscard,
  onDelete,
}: {
  readonly changed: boolean;
  readonly onSave: () => Promise<void>;
  readonly onDiscard: () => void;
  readonly onDelete: () => void;
}): VNode {
  const { t } = usePortal();
  function save(event: Event): Promise<void> {
    event.preventDefault();
    return onSave();
  }
  return html`<div class="actions save-bar">
    <${Button} kind="primary" type="submit" disabled=${!changed} onClick=${save}
      >${t("trigger.save")}<//
    >
    <${Button} disabled=${!changed} onClick=${onDiscard}>${t("trigger.discard")}<//>
    <span class="grow"></span>
    <${Button} kind="danger" onClick=${onDelete}>${t("trigger.delete.open")}<//>
  </div>`;
}

/** The settings of a saved trigger. */
export function SettingsTab(props: SettingsProps): VNode {
  const { t, can } = usePortal();
  const { saved, draft, changed, onDraft } = props;
  const [deleting, setDeleting] = useState(false);
  const saving = useSaving(props);
  const { error } = saving;
  const disabled = !can("triggers:write");
  // The problems stand at their fields already.
  const shown = error instanceof ApiError && error.problems.length > 0 ? null : error;
  function discard(): void {
    onDraft(draftOf(saved.trigger));
    saving.reset();
  }
  const bar = html`<${SaveBar}
    changed=${changed}
    onSave=${saving.save}
    onDiscard=${discard}
    onDelete=${() => setDeleting(true)}
  />`;
  return html`${disabled ? html`<${Notice} title=${t("editor.read-only")} />` : null}
    <${Editor}
      draft=${draft}
      saved=${saved.trigger}
      tried=${saving.tried}
      disabled=${disabled}
      onChange=${onDraft}
      onSubmit=${changed ? saving.save : () => undefined}
    >
      ${shown === null ? null : html`<${ErrorNotice} error=${shown} />`} ${disabled ? null : bar}
    <//>
    ${
      deleting
        ? html`<${DeleteDialog}
            saved=${saved}
            onDeleted=${props.onDeleted}
            onClose=${() => setDeleting(false)}
            onChanged=${props.onConflict}
          />`
        : null
    }`;
}
