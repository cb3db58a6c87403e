import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";

export interface ButtonProps {
  readonly kind?: "primary" | "secondary" | "danger" | "quiet";
  readonly type?: "button" | "submit";
  readonly disabled?: boolean;
  /** Something is on its way already; set by itself while `onClick` runs. */
  readonly busy?: boolean;
  /** Said to screen readers in the place of the text, where that is not enough. */
  readonly label?: string;
  readonly onClick?: (event: MouseEvent) => unknown;
  readonly children: ComponentChildren;
}

/** A button. While what it does is on its way it does nothing more, but can be reached. */
export function Button({ kind = "secondary", type = "button", ...props }: ButtonProps): VNode {
  const [running, setRunning] = useState(false);
  const busy = running || props.busy === true;
  async function click(event: MouseEvent): Promise<void> {
    if (busy) {
      event.preventDefault();
      return;
    }
    const result = props.onClick?.(event);
    if (!(result instanceof Promise)) return;
    setRunning(true);
    try {
      await result;
    } finally {
      setRunning(false);
    }
  }
  return html`<button
    type=${type}
    class=${`button ${kind}`}
    disabled=${props.disabled === true}
    aria-disabled=${busy ? "true" : null}
    aria-busy=${busy ? "true" : null}
    aria-label=${props.label ?? null}
    onClick=${click}
  >
    ${props.children}
  </button>`;
}
