import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { DeliveryDetail } from "../../../admin/contract/deliveries.ts";
import { usePortal } from "../../shell/portal.ts";
import { CodeBlock } from "../../ui/code-block.ts";
import { ErrorNotice } from "../../ui/loaded.ts";
import { RevealButton } from "../../ui/reveal.ts";
import { legibleBody } from "./legible-body.ts";

type Payload = DeliveryDetail["payload"];

function Content({ payload }: { readonly payload: NonNullable<Payload> }): VNode {
  const { t } = usePortal();
  return html`${
    payload.url === null
      ? null
      : html`<${CodeBlock} label=${t("delivery.payload.url")} text=${payload.url} />`
  }
  ${
    payload.body === null
      ? html`<p>${t("delivery.payload.empty")}</p>`
      : html`<${CodeBlock}
          label=${t("delivery.payload.body")}
          text=${legibleBody(payload.body, payload.contentType)}
        />`
  }
  ${
    payload.contentType === null
      ? null
      : html`<p class="quiet-text"><code>${`content-type: ${payload.contentType}`}</code></p>`
  }`;
}

/** What the webhook carries: masked, until somebody who may asks to see it. */
export function PayloadSection({ of }: { readonly of: DeliveryDetail }): VNode {
  const { t, api } = usePortal();
  const [shown, setShown] = useState<Payload>(null);
  const [error, setError] = useState<Error | null>(null);
  async function reveal(): Promise<void> {
    setError(null);
    try {
      const params = { jobId: of.jobId };
      const { body } = await api.call("readDelivery", { params, query: { reveal: "true" } });
      setShown(body.payload);
    } catch (caught) {
      setError(caught as Error);
    }
  }
  const payload = shown ?? of.payload;
  return html`<section>
    <h2>${t("delivery.payload.title")}</h2>
    ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    ${
      payload === null
        ? html`<p>${t("delivery.payload.gone")}</p>`
        : html`<p class="hint">
              ${t(shown === null ? "delivery.payload.masked" : "delivery.payload.clear")}
            </p>
            <${Content} payload=${payload} />
            <${RevealButton}
              shown=${shown !== null}
              onReveal=${reveal}
              onHide=${() => setShown(null)}
            />`
    }
  </section>`;
}
