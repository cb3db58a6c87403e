import type { ComponentChildren, VNode } from "preact";
import { useEffect } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";

/** A page: its heading, what can be done on it, and its content. Names the browser's tab, and has that read out. */
export function Page({
  title,
  heading,
  actions,
  children,
}: {
  readonly title: string;
  /** What stands in the heading, where that is more than the title. */
  readonly heading?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}): VNode {
  const { t, announce } = usePortal();
  useEffect(() => {
    document.title = t("shell.document-title", { title });
    announce(title);
  }, [title]);
  return html`<div class="page">
    <div class="page-head">
      <h1>${heading ?? title}</h1>
      ${actions === undefined ? null : html`<div class="actions">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}
