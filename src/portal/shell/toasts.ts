import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "./portal.ts";
import type { ToastKind } from "./portal.ts";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: ToastKind;
}

/** Short messages that pass. The live region beside them has them read out, so these are hidden from readers. */
export function Toasts({
  toasts,
  onClose,
}: {
  readonly toasts: readonly Toast[];
  readonly onClose: (id: number) => void;
}): VNode {
  const { t } = usePortal();
  return html`<section class="toasts" aria-label=${t("shell.toasts")}>
    ${toasts.map(
      ({ id, text, kind }) =>
        html`<div key=${id} class=${`toast ${kind}`}>
          <span>${text}</span>
          <button type="button" class="button quiet" onClick=${() => onClose(id)}>
            ${t("shell.close")}
          </button>
        </div>`,
    )}
  </section>`;
}
