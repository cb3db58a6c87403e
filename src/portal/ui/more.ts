import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Pages } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "./button.ts";

/** Reads on in a list, where there is more. */
export function More<T>({ of }: { readonly of: Pages<T> }): VNode | null {
  const { t } = usePortal();
  if (!of.hasMore) return null;
  return html`<div class="more">
    <${Button} busy=${of.loadingMore} onClick=${of.more}>${t("shell.more")}<//>
  </div>`;
}
