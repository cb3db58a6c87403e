import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "./button.ts";
import { ConfirmDialog } from "./dialog.ts";

/**
 * Shows what is masked, for whoever may see it: asked first, since it is written down who looked. Nothing for all
 * others.
 */
export function RevealButton({
  shown,
  onReveal,
  onHide,
}: {
  readonly shown: boolean;
  readonly onReveal: () => unknown;
  readonly onHide: () => void;
}): VNode | null {
  const { t, can } = usePortal();
  const [asking, setAsking] = useState(false);
  if (!can("values:reveal")) return null;
  if (shown) return html`<${Button} onClick=${onHide}>${t("reveal.hide")}<//>`;
  async function reveal(): Promise<void> {
    setAsking(false);
    await onReveal();
  }
  return html`<${Button} onClick=${() => setAsking(true)}>${t("reveal.show")}<//> ${
      asking
        ? html`<${ConfirmDialog}
            title=${t("reveal.title")}
            confirm=${t("reveal.show")}
            onConfirm=${reveal}
            onClose=${() => setAsking(false)}
          >
            <p>${t("reveal.text")}</p>
          <//>`
        : null
    }`;
}
