import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { Page } from "../ui/page.ts";

/** There is no page under this address. */
export function NotFoundPage(): VNode {
  const { t, href } = usePortal();
  return html`<${Page} title=${t("shell.not-found.title")}>
    <${EmptyState} title=${t("shell.not-found.text")}>
      <a href=${href("")}>${t("shell.not-found.back")}</a>
    <//>
  <//>`;
}
