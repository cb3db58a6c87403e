import type { ComponentChildren, VNode } from "preact";
import { html } from "htm/preact";

/** Something to know, in its place on the page. Errors are read out at once. */
export function Notice({
  kind = "info",
  title,
  children,
}: {
  readonly kind?: "info" | "success" | "warning" | "error";
  readonly title?: string;
  readonly children?: ComponentChildren;
}): VNode {
  return html`<div class=${`notice ${kind}`} role=${kind === "error" ? "alert" : null}>
    ${title === undefined ? null : html`<p class="notice-title">${title}</p>`} ${children}
  </div>`;
}
