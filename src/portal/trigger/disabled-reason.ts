import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";

/** Why a trigger was switched off: in words where the service did it, else as whoever wrote it put it. */
export function DisabledReason({ reason }: { readonly reason: string }): VNode {
  const { t, has } = usePortal();
  const key = `trigger.disabled-reason.${reason}`;
  return html`${has(key) ? t(key) : html`<bdi>${reason}</bdi>`}`;
}
