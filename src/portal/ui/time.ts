import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";

/** A time in the browser's zone; its title has it in UTC. */
export function Time({
  at,
  style = "full",
}: {
  readonly at: string;
  readonly style?: "full" | "relative";
}): VNode {
  const { formats } = usePortal();
  const shown = style === "full" ? formats.dateTime(at) : formats.relative(at);
  const utc = new Date(at).toISOString();
  const title = style === "full" ? utc : `${formats.dateTime(at)} · ${utc}`;
  return html`<time datetime=${at} title=${title}>${shown}</time>`;
}
