import type { VNode } from "preact";
import { html } from "htm/preact";
import { NotFoundPage } from "./not-found.ts";

/** Shown once it is there. */
export function TriggersPage(): VNode {
  return html`<${NotFoundPage} />`;
}
