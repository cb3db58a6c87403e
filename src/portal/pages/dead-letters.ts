import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { DeadLetter } from "../../admin/contract/deliveries.ts";
import { useLoad, useSettled } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { SelectField, TextField } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
import { reasonText } from "../ui/outcome.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { Time } from "../ui/time.ts";
import { reasons } from "./replays/replay-draft.ts";

interface DeadLetters {
  readonly items: readonly DeadLetter[];
  readonly count: number;
  readonly complete: boolean;
}

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const pageSize = 50;
const mostShown = 200;
const allReasons = [...reasons, "endpoint-suspended", "undecodable", "too-large"] as const;

function DeadTable({ rows }: { readonly rows: readonly DeadLetter[] }): VNode {
  const portal = usePortal();
  const { t, href, formats } = portal;
  const id = (text: string | null, address: string | null): VNode | null => {
    if (text === null) return null;
    if (address === null) return html`<bdi class="id">${text}</bdi>`;
    return html`<a class="id" href=${address}><bdi>${text}</bdi></a>`;
  };
  const within = (path: string, tenant: string | null): string | null =>
    tenant === null ? null : href(path, { tenant });
  const columns: readonly Column<DeadLetter>[] = [
    {
      key: "at",
      label: t("dead-letters.at"),
      isHead: true,
      cell: ({ at }) => (at === null ? t("dead-letters.unknown") : html`<${Time} at=${at} />`),
    },
    {
      key: "reason",
      label: t("dead-letters.reason"),
      cell: (row) =>
        html`<span>${reasonText(portal, row)}</span>
          <span class="quiet-text" lang="en">${row.error}</span>`,
    },
    {
      key: "tenant",
      label: t("tokens.tenant"),
      cell: ({ tenantId }) => id(tenantId, within("", tenantId)),
    },
    {
      key: "job",
      label: t("dead-letters.delivery"),
      cell: ({ jobId, tenantId }) =>
        id(jobId, jobId === null ? null : within(`deliveries/${jobId}`, tenantId)),
    },
    {
      key: "call",
      label: t("deliveries.column.call"),
      cell: ({ cdrId, tenantId }) =>
        id(cdrId, cdrId === null ? null : within(`calls/${encodeURIComponent(cdrId)}`, tenantId)),
    },
    {
      key: "attempts",
      label: t("deliveries.column.attempts"),
      align: "end",
      cell: ({ attempts }) => formats.number(attempts),
    },
    {
      key: "place",
      label: t("dead-letters.place"),
      cell: ({ partition, offset }) => html`<code>${partition}/${offset}</code>`,
    },
  ];
  return html`<${Table}
    caption=${t("dead-letters.title")}
    columns=${columns}
    rows=${rows}
    rowKey=${({ partition, offset }: DeadLetter) => `${partition}/${offset}`}
  />`;
}

/** What was never delivered, of all tenants, for those who run the platform. */
export function DeadLettersPage(): VNode {
  const { t, api } = usePortal();
  const [tenant, setTenant] = useState("");
  const [trigger, setTrigger] = useState("");
  const [reason, setReason] = useState("");
  const [limit, setLimit] = useState(pageSize);
  const tenantId = useSettled(tenant.trim(), 400);
  const triggerId = useSettled(trigger.trim(), 400);
  const isGuid = triggerId === "" || guid.test(triggerId);
  const dead = useLoad<DeadLetters>(
    isGuid
      ? async (signal) => {
          const query = {
            limit,
            ...(tenantId !== "" && { tenantId }),
            ...(triggerId !== "" && { triggerId }),
            ...(reason !== "" && { reason }),
          };
          return (await api.call("listDeadLetters", { query, signal })).body;
        }
      : null,
    [tenantId, triggerId, reason, limit],
  );
  return html`<${Page} title=${t("dead-letters.title")}>
    <p class="lead">${t("dead-letters.lead")}</p>
    <div class="filters" role="search">
      <${TextField}
        label=${t("dead-letters.tenant")}
        type="search"
        maxLength=${200}
        value=${tenant}
        onInput=${setTenant}
      />
      <${TextField}
        label=${t("dead-letters.trigger")}
        type="search"
        maxLength=${100}
        value=${trigger}
        error=${isGuid ? null : t("dead-letters.trigger.wrong")}
        onInput=${setTrigger}
      />
      <${SelectField}
        label=${t("dead-letters.reason")}
        value=${reason}
        choices=${[
          { value: "", label: t("replays.reason.any") },
          ...allReasons.map((each) => ({ value: each, label: t(`replays.reason.${each}`) })),
        ]}
        onChange=${setReason}
      />
    </div>
    <${Loaded} of=${dead}>
      ${({ items, count, complete }: DeadLetters) =>
        items.length === 0
          ? html`<${EmptyState} title=${t("dead-letters.none")} />`
          : html`<p>
                ${t(complete ? "dead-letters.count" : "dead-letters.count.newest", { count, shown: items.length })}
              </p>
              <${DeadTable} rows=${items} />
              ${
                count > items.length && limit < mostShown
                  ? html`<div class="more">
                      <${Button} onClick=${() => setLimit(Math.min(mostShown, limit + pageSize))}
                        >${t("shell.more")}<//
                      >
                    </div>`
                  : null
              }`}
    <//>
  <//>`;
}
