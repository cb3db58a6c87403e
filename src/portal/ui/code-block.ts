import type { VNode } from "preact";
import { html } from "htm/preact";
import { CopyButton } from "./copy-button.ts";

/** Text that is code or data, as it stands. It can be scrolled by keys where it is wide. */
export function CodeBlock({
  text,
  label,
  copy = true,
}: {
  readonly text: string;
  /** What it is: "The body of the request". */
  readonly label: string;
  readonly copy?: boolean;
}): VNode {
  return html`<div class="code">
    <pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>
    ${copy ? html`<${CopyButton} text=${text} what=${label} />` : null}
  </div>`;
}
