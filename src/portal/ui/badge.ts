import type { ComponentChildren, VNode } from "preact";
import { html } from "htm/preact";

export type BadgeKind = "good" | "bad" | "warning" | "neutral" | "info";

/** A state in a word. Its colour says nothing that the word does not. */
export function Badge({
  kind = "neutral",
  title,
  children,
}: {
  readonly kind?: BadgeKind;
  readonly title?: string | null;
  readonly children: ComponentChildren;
}): VNode {
  return html`<span class=${`badge ${kind}`} title=${title ?? null}>${children}</span>`;
}
