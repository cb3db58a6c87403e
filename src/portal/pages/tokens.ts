import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CreatedToken, Token } from "../../admin/contract/access.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Badge } from "../ui/badge.ts";
import { Button } from "../ui/button.ts";
import { CodeBlock } from "../ui/code-block.ts";
import { ConfirmDialog, Dialog } from "../ui/dialog.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { Loaded } from "../ui/loaded.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { Time } from "../ui/time.ts";
import { CreateTokenDialog } from "./tokens/create-token.ts";

const soonMs = 14 * 86_400_000;

function Expiry({ at }: { readonly at: string | null }): VNode {
  const { t } = usePortal();
  if (at === null) return html`<span>${t("tokens.lifetime.ever")}</span>`;
  const rest = Date.parse(at) - Date.now();
  const badge =
    rest <= 0 ? (["bad", "tokens.expired"] as const) : (["warning", "tokens.soon"] as const);
  return html`<${Time} at=${at} />
    ${rest < soonMs ? html`<${Badge} kind=${badge[0]}>${t(badge[1])}<//>` : null}`;
}

function TokenTable({
  rows,
  ofPlatform,
  onRevoke,
}: {
  readonly rows: readonly Token[];
  readonly ofPlatform: boolean;
  readonly onRevoke: ((token: Token) => void) | null;
}): VNode {
  const { t } = usePortal();
  const columns: readonly Column<Token>[] = [
    {
      key: "name",
      label: t("tokens.name"),
      isHead: true,
      cell: ({ name }) => html`<bdi>${name}</bdi>`,
    },
    { key: "role", label: t("tokens.role"), cell: ({ role }) => t(`tokens.role.${role}`) },
    ...(ofPlatform
      ? [
          {
            key: "tenant",
            label: t("tokens.tenant"),
            cell: ({ tenantId }: Token) => html`<bdi>${tenantId ?? t("tokens.tenant.all")}</bdi>`,
          },
        ]
      : []),
    {
      key: "scopes",
      label: t("tokens.scopes"),
      cell: ({ scopes }) =>
        html`<details>
          <summary>${t("tokens.scopes.count", { count: scopes.length })}</summary>
          <ul class="plain">
            ${scopes.map((scope) => html`<li key=${scope}><code>${scope}</code></li>`)}
          </ul>
        </details>`,
    },
    {
      key: "created",
      label: t("tokens.created"),
      cell: ({ createdAt, createdBy }) =>
        html`<${Time} at=${createdAt} /> <span class="quiet-text"><bdi>${createdBy}</bdi></span>`,
    },
    {
      key: "expires",
      label: t("tokens.expires"),
      cell: ({ expiresAt }) => html`<${Expiry} at=${expiresAt} />`,
    },
    ...(onRevoke === null
      ? []
      : [
          {
            key: "revoke",
            label: t("tokens.action"),
            cell: (token: Token) =>
              html`<${Button}
                kind="danger"
                label=${t("tokens.revoke.label", { name: token.name })}
                onClick=${() => onRevoke(token)}
              >
                ${t("tokens.revoke")}
              <//>`,
          },
        ]),
  ];
  return html`<${Table}
    caption=${t("tokens.title")}
    columns=${columns}
    rows=${rows}
    rowKey=${({ tokenId }: Token) => tokenId}
  />`;
}

function Shown({
  token,
  onClose,
}: {
  readonly token: CreatedToken;
  readonly onClose: () => void;
}): VNode {
  const { t } = usePortal();
  const actions = html`<${Button} kind="primary" onClick=${onClose}>${t("tokens.shown.done")}<//>`;
  return html`<${Dialog} title=${t("tokens.shown.title")} onClose=${onClose} actions=${actions}>
    <p>${t("tokens.shown.text")}</p>
    <${CodeBlock} label=${t("tokens.shown.label")} text=${token.secret} />
    <p class="hint">${t("tokens.shown.use")}</p>
    <code>${`authorization: Bearer ${token.secret.slice(0, 12)}…`}</code>
  <//>`;
}

/** The tenant's tokens; where none is chosen, all of the platform. */
export function TokensPage(): VNode {
  const { t, api, tenantId, can, toast } = usePortal();
  const ofPlatform = tenantId === null;
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedToken | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const tokens = useLoad(
    async (signal) =>
      (await api.call(ofPlatform ? "listTokens" : "listTenantTokens", { signal })).body.items,
    [tenantId],
  );
  const mayWrite = can("tokens:write");
  async function revoke(token: Token): Promise<void> {
    setRevoking(null);
    try {
      const params = { tokenId: token.tokenId };
      if (ofPlatform) await api.call("revokeToken", { params });
      else await api.call("revokeTenantToken", { params });
      toast(t("tokens.revoked", { name: token.name }), "success");
    } catch (error) {
      toast(t("tokens.revoke.failed", { reason: (error as Error).message }), "error");
    }
    await tokens.reload();
  }
  const actions = mayWrite
    ? html`<${Button} kind="primary" onClick=${() => setCreating(true)}>${t("tokens.create")}<//>`
    : undefined;
  return html`<${Page}
    title=${t(ofPlatform ? "tokens.title.platform" : "tokens.title")}
    actions=${actions}
  >
    <p class="lead">${t("tokens.lead")}</p>
    <${Loaded} of=${tokens}>
      ${(rows: readonly Token[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("tokens.none")} />`
          : html`<${TokenTable}
              rows=${rows}
              ofPlatform=${ofPlatform}
              onRevoke=${mayWrite ? setRevoking : null}
            />`}
    <//>
    ${
      creating
        ? html`<${CreateTokenDialog}
            ofPlatform=${ofPlatform}
            onClose=${() => setCreating(false)}
            onCreated=${(token: CreatedToken) => {
              setCreating(false);
              setCreated(token);
              void tokens.reload();
            }}
          />`
        : null
    }
    ${created === null ? null : html`<${Shown} token=${created} onClose=${() => setCreated(null)} />`}
    ${
      revoking === null
        ? null
        : html`<${ConfirmDialog}
            title=${t("tokens.revoke.title", { name: revoking.name })}
            confirm=${t("tokens.revoke")}
            danger=${true}
            onConfirm=${() => revoke(revoking)}
            onClose=${() => setRevoking(null)}
          >
            <p>${t("tokens.revoke.text")}</p>
          <//>`
    }
  <//>`;
}
