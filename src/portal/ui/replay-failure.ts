import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";

/** Why a replay failed. The service's own words are English; what its code means is said before them. */
export function ReplayFailure({ error }: { readonly error: string }): VNode {
  const { t, has } = usePortal();
  const code = /^[A-Z_]+(?=: )/.exec(error)?.[0] ?? "";
  const key = `errors.${code}`;
  return html`${t(has(key) ? key : "replays.failed-otherwise")}
    <span class="quiet-text" lang="en"><bdi>${error}</bdi></span>`;
}
