import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Token } from "../../../admin/contract/access.ts";
import { usePortal } from "../../shell/portal.ts";
import type { Portal } from "../../shell/portal.ts";
import { Badge } from "../../ui/badge.ts";
import { Button } from "../../ui/button.ts";
import { Table } from "../../ui/table.ts";
import type { Column } from "../../ui/table.ts";
import { Time } from "../../ui/time.ts";

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

function columnsOf({ t }: Portal, ofPlatform: boolean): readonly Column<Token>[] {
  return [
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
  ];
}

/** Tokens, a row each; with a way to revoke them where `onRevoke` is given. */
export function TokenTable({
  rows,
  ofPlatform,
  onRevoke,
}: {
  readonly rows: readonly Token[];
  readonly ofPlatform: boolean;
  readonly onRevoke: ((token: Token) => void) | null;
}): VNode {
  const portal = usePortal();
  const { t } = portal;
  const revoke: Column<Token> = {
    key: "revoke",
    label: t("tokens.action"),
    cell: (token) =>
      html`<${Button}
        kind="danger"
        label=${t("tokens.revoke.label", { name: token.name })}
        onClick=${() => onRevoke?.(token)}
        >${t("tokens.revoke")}<//
      >`,
  };
  return html`<${Table}
    caption=${t("tokens.title")}
    columns=${[...columnsOf(portal, ofPlatform), ...(onRevoke === null ? [] : [revoke])]}
    rows=${rows}
    rowKey=${({ tokenId }: Token) => tokenId}
  />`;
}
