import type { VNode } from "preact";
import { html } from "htm/preact";
import type { CreatedToken } from "../../../admin/contract/access.ts";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { CodeBlock } from "../../ui/code-block.ts";
import { Dialog } from "../../ui/dialog.ts";

/** A new token, shown this once. */
export function ShownToken({
  token,
  onClose,
}: {
  readonly token: CreatedToken;
  readonly onClose: () => void;
}): VNode {
  const { t } = usePortal();
  const actions = html`<${Button} kind="primary" onClick=${onClose}>${t("tokens.shown.done")}<//>`;
  return html`<${Dialog}
    firm
    title=${t("tokens.shown.title")}
    onClose=${onClose}
    actions=${actions}
  >
    <p>${t("tokens.shown.text")}</p>
    <${CodeBlock} label=${t("tokens.shown.label")} text=${token.secret} />
    <p class="hint">${t("tokens.shown.use")}</p>
    <code>${`authorization: Bearer ${token.secret.slice(0, 12)}…`}</code>
  <//>`;
}
