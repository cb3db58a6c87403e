import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Toggle } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
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
  const { t, api, can, tenantId } = usePortal();
  const [cdrId, setCdrId] = useState<string | null>(null);
  const [reveal, setReveal] = useState(false);
  const ready = checked !== null && checked.problems.length === 0;
  const preview = useLoad(
    ready
      ? async (signal) => {
          const body = { ...draftBody(checked.written, saved), call: { cdrId }, reveal };
          return (await api.call("previewRequest", { body, signal })).body;
        }
      : null,
    [tenantId, ready ? JSON.stringify(checked.written) : null, cdrId, reveal],
  );
  return html`<section class="card" aria-labelledby="preview-title">
    <h2 id="preview-title">${t("editor.preview.title")}</h2>
    <${CallChoice} cdrId=${cdrId} onChange=${setCdrId} />
    ${
      can("values:reveal") && cdrId !== null
        ? html`<${Toggle} label=${t("editor.reveal")} checked=${reveal} onChange=${setReveal} />`
        : null
    }
    ${checked !== null && !ready ? html`<p class="quiet-text">${t("editor.preview.not-yet")}</p>` : null}
    ${
      ready || preview.data !== null
        ? html`<${Loaded} of=${preview}
            >${(request: Preview) => html`<${RequestView} request=${request} />`}<//
          >`
        : null
    }
  </section>`;
}
