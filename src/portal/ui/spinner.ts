import type { VNode } from "preact";
import { html } from "htm/preact";

/** Something is being read. It is seen only after a moment (by CSS), so that what is fast does not flicker. */
export function Spinner({ label }: { readonly label?: string }): VNode {
  return html`<div class="spinner" aria-busy="true">
    <span class="visually-hidden">${label ?? ""}</span>
  </div>`;
}
