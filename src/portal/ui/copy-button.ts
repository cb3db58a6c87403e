import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Button } from "./button.ts";

/** Puts a text onto the clipboard. `what` names it, for screen readers: "the secret". */
export function CopyButton({
  text,
  what,
}: {
  readonly text: string;
  readonly what: string;
}): VNode {
  const { t, toast } = usePortal();
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("shell.copy.done"), "success");
    } catch {
      // Not allowed, or the page did not come over https: the text stays there to be selected.
      toast(t("shell.copy.refused"), "error");
    }
  }
  return html`<${Button} kind="quiet" label=${t("shell.copy.label", { what })} onClick=${copy}>
    ${t("shell.copy.short")}
  <//>`;
}
