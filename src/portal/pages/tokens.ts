import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CreatedToken, Token } from "../../admin/contract/access.ts";
import { usePages } from "../shell/load.ts";
import type { Load } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { failureText } from "../trigger/failure-text.ts";
import { Button } from "../ui/button.ts";
import { ConfirmDialog } from "../ui/dialog.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { Loaded } from "../ui/loaded.ts";
import { More } from "../ui/more.ts";
import { Notice } from "../ui/notice.ts";
import { Page } from "../ui/page.ts";
import { CreateTokenDialog } from "./tokens/create-token.ts";
import { ShownToken } from "./tokens/shown-token.ts";
import { TokenTable } from "./tokens/token-table.ts";

/** How the id of somebody begins who came by a sign-in link: they may make no tokens, whatever else they may do. */
const linkPrefix = "link:";

interface PartProps {
  /** Of the whole platform, not of a tenant. */
  readonly ofPlatform: boolean;
  readonly tokens: Load<readonly Token[]>;
}

/** Makes a token and shows it. */
function Creating({ ofPlatform, tokens }: PartProps): VNode {
  const { t } = usePortal();
  const [asking, setAsking] = useState(false);
  const [created, setCreated] = useState<CreatedToken | null>(null);
  function done(token: CreatedToken): void {
    setAsking(false);
    setCreated(token);
    void tokens.reload();
  }
  return html`<${Button} kind="primary" onClick=${() => setAsking(true)}>${t("tokens.create")}<//>
    ${
      asking
        ? html`<${CreateTokenDialog}
            ofPlatform=${ofPlatform}
            onClose=${() => setAsking(false)}
            onCreated=${done}
          />`
        : null
    }
    ${
      created === null
        ? null
        : html`<${ShownToken} token=${created} onClose=${() => setCreated(null)} />`
    }`;
}

function Revoking({
  token,
  ofPlatform,
  tokens,
  onClose,
}: PartProps & { readonly token: Token; readonly onClose: () => void }): VNode {
  const portal = usePortal();
  const { t, api, toast } = portal;
  const { name, tokenId } = token;
  async function revoke(): Promise<void> {
    onClose();
    try {
      const params = { tokenId };
      await api.call(ofPlatform ? "revokeToken" : "revokeTenantToken", { params });
      toast(t("tokens.revoked", { name }), "success");
    } catch (error) {
      toast(t("tokens.revoke.failed", { reason: failureText(portal, error) }), "error");
    }
    await tokens.reload();
  }
  return html`<${ConfirmDialog}
    title=${t("tokens.revoke.title", { name })}
    confirm=${t("tokens.revoke")}
    danger=${true}
    onConfirm=${revoke}
    onClose=${onClose}
  >
    <p>${t("tokens.revoke.text")}</p>
  <//>`;
}

/** The tenant's tokens; where none is chosen, all of the platform. */
export function TokensPage(): VNode {
  const { t, api, tenantId, can, me } = usePortal();
  const ofPlatform = tenantId === null;
  const [revoking, setRevoking] = useState<Token | null>(null);
  const tokens = usePages<Token>(
    async (cursor, signal) => {
      const query = cursor === undefined ? {} : { cursor };
      const operation = ofPlatform ? "listTokens" : "listTenantTokens";
      return (await api.call(operation, { query, signal })).body;
    },
    [tenantId],
  );
  const mayWrite = can("tokens:write");
  const part = { ofPlatform, tokens };
  const actions = mayWrite ? html`<${Creating} ...${part} />` : undefined;
  return html`<${Page}
    title=${t(ofPlatform ? "tokens.title.platform" : "tokens.title")}
    actions=${actions}
  >
    <p class="lead">${t("tokens.lead")}</p>
    ${
      me?.id.startsWith(linkPrefix) === true
        ? html`<${Notice} title=${t("tokens.by-link.title")}><p>${t("tokens.by-link")}</p><//>`
        : null
    }
    <${Loaded} of=${tokens}>
      ${(rows: readonly Token[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("tokens.none")} />`
          : html`<${TokenTable}
                rows=${rows}
                ofPlatform=${ofPlatform}
                onRevoke=${mayWrite ? setRevoking : null}
              /><${More} of=${tokens} />`}
    <//>
    ${
      revoking === null
        ? null
        : html`<${Revoking} ...${part} token=${revoking} onClose=${() => setRevoking(null)} />`
    }
  <//>`;
}
