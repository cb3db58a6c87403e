import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Preview } from "../../admin/contract/calls.ts";
import { usePortal } from "../shell/portal.ts";
import { CodeBlock } from "../ui/code-block.ts";

interface Header {
  readonly name: string;
  readonly value: string;
}

/** Headers of a request or an answer. */
export function HeaderList({
  label,
  headers,
}: {
  readonly label: string;
  readonly headers: readonly Header[];
}): VNode {
  const { t } = usePortal();
  return html`<details>
    <summary>${t("editor.headers-of", { label, count: headers.length })}</summary>
    <dl class="facts mono">
      ${headers.map(
        ({ name, value }, index) =>
          html`<dt key=${index}>${name}</dt>
            <dd><bdi>${value}</bdi></dd>`,
      )}
    </dl>
  </details>`;
}

/** JSON with line breaks, where it is JSON. */
export function pretty(body: string, contentType: string | null): string {
  if (contentType?.includes("json") !== true) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // A body that was cut off, or is no JSON whatever it says: shown as it came.
    return body;
  }
}

/** A request as it is sent. */
export function RequestView({ request }: { readonly request: Preview }): VNode {
  const { t } = usePortal();
  const { method, url, headers, body, contentType } = request;
  return html`<div class="request">
    <p class="request-line"><span class="method">${method}</span> <bdi class="mono">${url}</bdi></p>
    <${HeaderList} label=${t("editor.request")} headers=${headers} />
    ${body === null ? null : html`<${CodeBlock} label=${t("editor.body")} text=${pretty(body, contentType)} />`}
  </div>`;
}
