import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Tenant } from "../../admin/contract/access.ts";
import { usePages, useSettled } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { Badge } from "../ui/badge.ts";
import { Button } from "../ui/button.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { TextField } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
import { More } from "../ui/more.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { LicenceDialog } from "./tenants/licence-dialog.ts";
import { LinkDialog } from "./tenants/link-dialog.ts";

/** How much of the licence is used, in words and as a bar. */
function Licence({ of }: { readonly of: Tenant }): VNode {
  const { t } = usePortal();
  const { maxTriggers, triggers } = of;
  if (maxTriggers === null)
    return html`<span>${t("tenants.use.unlimited", { count: triggers.all })}</span>`;
  const text = t("tenants.use", { used: triggers.all, max: maxTriggers });
  return html`<span>${text}</span>
    <meter
      class="licence"
      aria-label=${text}
      min="0"
      max=${Math.max(1, maxTriggers)}
      value=${Math.min(triggers.all, maxTriggers)}
    ></meter>
    ${
      triggers.overLicence > 0
        ? html`<${Badge} kind="warning">${t("tenants.over", { count: triggers.overLicence })}<//>`
        : null
    }`;
}

type Action =
  | { readonly kind: "edit" | "link"; readonly tenant: Tenant }
  | { readonly kind: "add" };

const nameOf = ({ name, tenantId }: Tenant): string => (name === "" ? tenantId : name);

type OnAction = (action: Action) => void;

function TenantActions({
  tenant,
  onAction,
}: {
  readonly tenant: Tenant;
  readonly onAction: OnAction;
}): VNode {
  const { t, can } = usePortal();
  return html`<div class="actions">
    ${
      can("tenants:write")
        ? html`<${Button}
            label=${t("tenants.edit.label", { name: nameOf(tenant) })}
            onClick=${() => onAction({ kind: "edit", tenant })}
            >${t("tenants.edit.short")}<//
          >`
        : null
    }
    ${
      can("tokens:write")
        ? html`<${Button}
            label=${t("tenants.link.of", { name: nameOf(tenant) })}
            onClick=${() => onAction({ kind: "link", tenant })}
            >${t("tenants.link.short")}<//
          >`
        : null
    }
  </div>`;
}

function columnsOf({ t, href, can }: Portal, onAction: OnAction): readonly Column<Tenant>[] {
  return [
    {
      key: "name",
      label: t("tenants.tenant"),
      isHead: true,
      cell: (tenant) =>
        html`<a href=${href("", { tenant: tenant.tenantId })}><bdi>${nameOf(tenant)}</bdi></a>
          ${tenant.suspended ? html`<${Badge} kind="bad">${t("tenants.suspended")}<//>` : null}`,
    },
    {
      key: "id",
      label: t("tenants.id"),
      cell: ({ tenantId }) => html`<bdi class="id">${tenantId}</bdi>`,
    },
    {
      key: "licence",
      label: t("tenants.licence"),
      cell: (tenant) => html`<${Licence} of=${tenant} />`,
    },
    {
      key: "state",
      label: t("tenants.webhooks"),
      cell: ({ triggers }) =>
        t("tenants.counts", { active: triggers.active, disabled: triggers.disabled }),
    },
    ...(can("tenants:write") || can("tokens:write")
      ? [
          {
            key: "actions",
            label: t("tokens.action"),
            cell: (tenant: Tenant) =>
              html`<${TenantActions} tenant=${tenant} onAction=${onAction} />`,
          },
        ]
      : []),
  ];
}

function TenantTable({
  rows,
  onAction,
}: {
  readonly rows: readonly Tenant[];
  readonly onAction: OnAction;
}): VNode {
  const portal = usePortal();
  return html`<${Table}
    caption=${portal.t("tenants.title")}
    columns=${columnsOf(portal, onAction)}
    rows=${rows}
    rowKey=${({ tenantId }: Tenant) => tenantId}
  />`;
}

/** All tenants, for those who look after them: choose one, change its licence, let its administrator in. */
export function TenantsPage(): VNode {
  const { t, api, can } = usePortal();
  const [search, setSearch] = useState("");
  const [action, setAction] = useState<Action | null>(null);
  const asked = useSettled(search.trim(), 250);
  const list = usePages<Tenant>(
    async (cursor, signal) => {
      const query = {
        ...(cursor === undefined ? {} : { cursor }),
        ...(asked !== "" && { search: asked }),
      };
      return (await api.call("listTenants", { query, signal })).body;
    },
    [asked],
  );
  const close = (): void => setAction(null);
  const done = (): void => {
    close();
    void list.reload();
  };
  const actions = can("tenants:write")
    ? html`<${Button} kind="primary" onClick=${() => setAction({ kind: "add" })}
        >${t("tenants.add")}<//
      >`
    : undefined;
  return html`<${Page} title=${t("tenants.title")} actions=${actions}>
    <p class="lead">${t("tenants.lead")}</p>
    <div class="filters" role="search">
      <${TextField}
        label=${t("tenants.search")}
        hint=${t("tenants.search.hint")}
        type="search"
        maxLength=${200}
        value=${search}
        onInput=${setSearch}
      />
    </div>
    <${Loaded} of=${list}>
      ${(rows: readonly Tenant[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("tenants.none")} />`
          : html`<${TenantTable} rows=${rows} onAction=${setAction} /><${More} of=${list} />`}
    <//>
    ${action?.kind === "add" ? html`<${LicenceDialog} tenantId=${null} onDone=${done} onClose=${close} />` : null}
    ${
      action?.kind === "edit"
        ? html`<${LicenceDialog}
            tenantId=${action.tenant.tenantId}
            onDone=${done}
            onClose=${close}
          />`
        : null
    }
    ${action?.kind === "link" ? html`<${LinkDialog} tenant=${action.tenant} onClose=${close} />` : null}
  <//>`;
}
