import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "./button.ts";
import { TextField } from "./field.ts";

/**
 * A dialog over the page, while it is mounted. Escape and its close button call `onClose`; focus goes back after. With
 * `firm` it is left by its actions alone: what it shows can not be had again.
 */
export function Dialog({
  title,
  onClose,
  actions,
  children,
  wide,
  firm,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
  readonly firm?: boolean;
}): VNode {
  const { t } = usePortal();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  function cancel(event: Event): void {
    event.preventDefault();
    if (!firm) onClose();
  }
  /** Browsers close it at the second Escape, whatever is said to the first. */
  function closed(): void {
    if (firm) ref.current?.showModal();
    else onClose();
  }
  return html`<dialog
    ref=${ref}
    class=${wide ? "wide" : null}
    aria-labelledby=${id}
    onCancel=${cancel}
    onClose=${closed}
  >
    <div class="dialog-head">
      <h2 id=${id}>${title}</h2>
      ${firm ? null : html`<${Button} kind="quiet" onClick=${onClose}>${t("shell.close")}<//>`}
    </div>
    <div class="dialog-body">${children}</div>
    ${actions === undefined ? null : html`<div class="actions">${actions}</div>`}
  </dialog>`;
}

/** Asks before something is done. With `typed`, that text has to be typed first, as it stands. */
export function ConfirmDialog({
  title,
  confirm,
  danger,
  typed,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  /** What the button says. */
  readonly confirm: string;
  readonly danger?: boolean;
  readonly typed?: string;
  readonly onConfirm: () => unknown;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}): VNode {
  const { t, rich } = usePortal();
  const [given, setGiven] = useState("");
  const missing = typed !== undefined && given !== typed;
  const actions = html`<${Button} onClick=${onClose}>${t("shell.cancel")}<//>
    <${Button} kind=${danger ? "danger" : "primary"} disabled=${missing} onClick=${onConfirm}
      >${confirm}<//
    >`;
  return html`<${Dialog} title=${title} onClose=${onClose} actions=${actions}>
    ${children}
    ${
      typed === undefined
        ? null
        : html`<p>
              ${rich("shell.type-to-confirm", { text: html`<bdi class="quoted">${typed}</bdi>` })}
            </p>
            <${TextField}
              label=${t("shell.typed")}
              value=${given}
              onInput=${setGiven}
              autocomplete="off"
            />`
    }
  <//>`;
}
