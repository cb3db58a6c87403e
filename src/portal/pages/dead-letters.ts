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

interface DeadFilter {
  readonly tenantId: string;
  readonly triggerId: string;
  readonly reason: string;
}

const isGuid = (text: string): boolean => text.trim() === "" || guid.test(text.trim());

function Filters({
  filter,
  onChange,
}: {
  readonly filter: DeadFilter;
  readonly onChange: (filter: DeadFilter) => void;
}): VNode {
  const { t } = usePortal();
  const choices = allReasons.map((value) => ({ value, label: t(`replays.reason.${value}`) }));
  return html`<div class="filters" role="search">
    <${TextField}
      label=${t("dead-letters.tenant")}
      type="search"
      maxLength=${200}
      value=${filter.tenantId}
      onInput=${(tenantId: string) => onChange({ ...filter, tenantId })}
    />
    <${TextField}
      label=${t("dead-letters.trigger")}
      type="search"
      maxLength=${100}
      value=${filter.triggerId}
      error=${isGuid(filter.triggerId) ? null : t("dead-letters.trigger.wrong")}
      onInput=${(triggerId: string) => onChange({ ...filter, triggerId })}
    />
    <${SelectField}
      label=${t("dead-letters.reason")}
      value=${filter.reason}
      choices=${[{ value: "", label: t("replays.reason.any") }, ...choices]}
      onChange=${(reason: string) => onChange({ ...filter, reason })}
    />
  </div>`;
}

/** What was never delivered, of all tenants, for those who run the platform. */
export function DeadLettersPage(): VNode {
  const { t, api } = usePortal();
  const [filter, setFilter] = useState<DeadFilter>({ tenantId: "", triggerId: "", reason: "" });
  const [limit, setLimit] = useState(pageSize);
  const asked = useSettled(JSON.stringify(filter), 300);
  const dead = useLoad<DeadLetters>(
    async (signal) => {
      const { tenantId, triggerId, reason } = JSON.parse(asked) as DeadFilter;
      const [tenant, trigger] = [tenantId.trim(), triggerId.trim()];
      const query = {
        limit,
        ...(tenant !== "" && { tenantId: tenant }),
        // Half an id is none yet: the field says so.
        ...(trigger !== "" && isGuid(trigger) && { triggerId: trigger }),
        ...(reason !== "" && { reason }),
      };
      return (await api.call("listDeadLetters", { query, signal })).body;
    },
    [asked, limit],
  );
  const more = (): void => setLimit(Math.min(mostShown, limit + pageSize));
  return html`<${Page} title=${t("dead-letters.title")}>
    <p class="lead">${t("dead-letters.lead")}</p>
    <${Filters} filter=${filter} onChange=${setFilter} />
    <${Loaded} of=${dead}>
      ${({ items, count, complete }: DeadLetters) => {
        if (items.length === 0) return html`<${EmptyState} title=${t("dead-letters.none")} />`;
        const key = complete ? "dead-letters.count" : "dead-letters.count.newest";
        return html`<p>${t(key, { count, shown: items.length })}</p>
          <${DeadTable} rows=${items} />
          ${
            count > items.length && limit < mostShown
              ? html`<div class="more"><${Button} onClick=${more}>${t("shell.more")}<//></div>`
              : null
          }`;
      }}
    <//>
  <//>`;
}
