import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Loaded } from "../ui/loaded.ts";
import { RevealButton } from "../ui/reveal.ts";
import { CallChoice } from "./call-choice.ts";
import { draftBody } from "./live.ts";
import type { Checked } from "./live.ts";
import { RequestView } from "./request-view.ts";
import type { Preview } from "../../admin/contract/calls.ts";

/** The request that the draft would make. */
export function PreviewPanel({
  checked,
  saved,
}: {
  readonly checked: Checked | null;
  readonly saved: Trigger | null;
}): VNode {
  const { t, api, tenantId } = usePortal();
  const [cdrId, setCdrId] = useState<string | null>(null);
  const [revealed, setRevealed] = useState<string | null>(null);
  const ready = checked !== null && checked.problems.length === 0;
  const asked = ready ? JSON.stringify([checked.written, cdrId]) : null;
  // Each look is written down: what was asked for is this one request, not those that a change makes of it.
  const reveal = asked !== null && revealed === asked;
  useEffect(() => setRevealed(null), [asked]);
  const preview = useLoad(
    ready
      ? async (signal) => {
          const body = { ...draftBody(checked.written, saved), call: { cdrId }, reveal };
          return (await api.call("previewRequest", { body, signal })).body;
        }
      : null,
    [tenantId, asked, reveal],
  );
  return html`<section class="card" aria-labelledby="preview-title">
    <h2 id="preview-title">${t("editor.preview.title")}</h2>
    <${CallChoice} cdrId=${cdrId} onChange=${setCdrId} />
    ${
      ready && cdrId !== null
        ? html`<${RevealButton}
            shown=${reveal}
            onReveal=${() => setRevealed(asked)}
            onHide=${() => setRevealed(null)}
          />`
        : null
    }
    ${checked !== null && !ready ? html`<p class="quiet-text">${t("editor.preview.not-yet")}</p>` : null}
    ${
      ready
        ? html`<${Loaded} of=${preview}
            >${(request: Preview) => html`<${RequestView} request=${request} />`}<//
          >`
        : null
    }
  </section>`;
}
