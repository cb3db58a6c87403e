import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { TriggerListItem, TriggerPage } from "../../admin/contract/triggers.ts";
import { usePages, useSettled } from "../shell/load.ts";
import type { Pages } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { DayOfAttempts } from "../trigger/day-of-attempts.ts";
import { failureText } from "../trigger/failure-text.ts";
import { TriggerState } from "../trigger/trigger-state.ts";
import { Button } from "../ui/button.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { SelectField, TextField, Toggle } from "../ui/field.ts";
import { focusNext } from "../ui/focus.ts";
import { Loaded } from "../ui/loaded.ts";
import { More } from "../ui/more.ts";
import { Notice } from "../ui/notice.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";

type Licence = TriggerPage["licence"];
type Status = TriggerListItem["status"];

/** A row of the list; null: what became of its attempts can not be read. */
type Row = Omit<TriggerListItem, "last24Hours"> & {
  readonly last24Hours: TriggerListItem["last24Hours"] | null;
};

const statuses: readonly Status[] = ["active", "disabled", "over-licence", "suspended"];

function LicenceUse({ licence }: { readonly licence: Licence }): VNode {
  const { t } = usePortal();
  const { used, maxTriggers, suspended } = licence;
  if (suspended) return html`<${Notice} kind="warning" title=${t("triggers.licence.suspended")} />`;
  if (maxTriggers === null)
    return html`<p class="quiet-text">${t("triggers.licence.unlimited", { count: used })}</p>`;
  const text = t("triggers.licence.used", { used, max: maxTriggers });
  if (used < maxTriggers) return html`<p class="quiet-text">${text}</p>`;
  return html`<${Notice} kind="warning" title=${text}><p>${t("triggers.licence.full")}</p><//>`;
}

/** Switches a trigger on or off at once. */
function EnableSwitch({
  trigger,
  onChanged,
}: {
  readonly trigger: Row;
  readonly onChanged: (trigger: Row) => void;
}): VNode {
  const portal = usePortal();
  const { t, api, can, toast } = portal;
  const { triggerId, name, enabled } = trigger;
  const [wanted, setWanted] = useState(enabled);
  async function set(next: boolean): Promise<void> {
    setWanted(next);
    try {
      const operation = next ? "enableTrigger" : "disableTrigger";
      const { body } = await api.call(operation, { params: { triggerId } });
      onChanged({ last24Hours: trigger.last24Hours, ...body });
      toast(t(next ? "triggers.enabled" : "triggers.disabled", { name }), "success");
    } catch (error) {
      setWanted(!next);
      toast(failureText(portal, error), "error");
    }
  }
  return html`<${Toggle}
    look="switch"
    quietLabel
    label=${t("triggers.enable", { name })}
    checked=${wanted}
    disabled=${!can("triggers:write")}
    onChange=${set}
  />`;
}

/** The host of an address, as far as it is one. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function TriggerTable({ list }: { readonly list: Pages<Row> }): VNode {
  const { t, href } = usePortal();
  const rows = list.data ?? [];
  const changed = (next: Row): void =>
    list.change((now) => now.map((row) => (row.triggerId === next.triggerId ? next : row)));
  const columns: readonly Column<Row>[] = [
    {
      key: "name",
      label: t("triggers.column.name"),
      isHead: true,
      cell: ({ triggerId, name, action }) =>
        html`<a href=${href(triggerId)}><bdi>${name === "" ? t("triggers.unnamed") : name}</bdi></a>
          <div class="quiet-text">
            <span class="method">${action.method}</span> <bdi>${hostOf(action.url)}</bdi>
          </div>`,
    },
    {
      key: "state",
      label: t("triggers.column.state"),
      cell: (trigger) => html`<${TriggerState} reason trigger=${trigger} />`,
    },
    {
      key: "filters",
      label: t("triggers.column.filters"),
      cell: ({ filters: { length } }) =>
        length === 0 ? t("triggers.every-call") : t("triggers.conditions", { count: length }),
    },
    {
      key: "day",
      label: t("triggers.column.day"),
      cell: ({ last24Hours }) => html`<${DayOfAttempts} hours=${last24Hours} />`,
    },
    {
      key: "enabled",
      label: t("triggers.column.enabled"),
      cell: (trigger) => html`<${EnableSwitch} trigger=${trigger} onChanged=${changed} />`,
    },
  ];
  return html`<${Table}
    caption=${t("triggers.title")}
    columns=${columns}
    rows=${rows}
    rowKey=${({ triggerId }: Row) => triggerId}
  />`;
}

/** The history can not be asked: that nothing is shown of it is no sign that nothing happened. */
function HistoryAway({ list }: { readonly list: Pages<Row> }): VNode | null {
  const { t } = usePortal();
  if (!list.data?.some(({ last24Hours }) => last24Hours === null)) return null;
  async function retry(): Promise<void> {
    await list.reload();
    // Where it helped the button is gone, and the focus with it.
    focusNext(() =>
      document.activeElement === document.body ? document.querySelector("main") : null,
    );
  }
  return html`<${Notice} kind="warning" title=${t("triggers.away.title")}>
    <p>${t("triggers.away.text")}</p>
    <${Button} onClick=${retry}>${t("shell.retry")}<//>
  <//>`;
}

function FirstTrigger(): VNode {
  const { t, can, href } = usePortal();
  return html`<${EmptyState} title=${t("triggers.empty.title")}>
    <p>${t("triggers.empty.text")}</p>
    ${
      can("triggers:write")
        ? html`<a class="button primary" href=${href("new")}>${t("triggers.empty.create")}</a>`
        : null
    }
    <a href=${href("guide")}>${t("triggers.empty.guide")}</a>
  <//>`;
}

function Filters(props: {
  readonly search: string;
  readonly status: string;
  readonly onSearch: (text: string) => void;
  readonly onStatus: (status: string) => void;
}): VNode {
  const { t } = usePortal();
  const choices = [
    { value: "", label: t("triggers.filter.all") },
    ...statuses.map((value) => ({ value, label: t(`triggers.status.${value}`) })),
  ];
  return html`<div class="filters" role="search">
    <${TextField}
      type="search"
      label=${t("triggers.filter.search")}
      placeholder=${t("triggers.filter.search-hint")}
      value=${props.search}
      onInput=${props.onSearch}
    />
    <${SelectField}
      label=${t("triggers.filter.status")}
      value=${props.status}
      choices=${choices}
      onChange=${props.onStatus}
    />
  </div>`;
}

const withoutDay = (item: TriggerListItem): Row => ({ ...item, last24Hours: null });

/** The tenant's webhooks: how they do, and the way to each. */
export function TriggersPage(): VNode {
  const { t, api, can, href, tenantId } = usePortal();
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState("");
  const [licence, setLicence] = useState<Licence | null>(null);
  const settled = useSettled(search, 250);
  const list = usePages<Row>(
    async (cursor, signal) => {
      const query = {
        search: settled,
        ...(status === "" ? {} : { status: status as Status }),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const { body } = await api.call("listTriggers", { query, signal });
      setLicence(body.licence);
      const { items, nextCursor, historyAway } = body;
      return { items: historyAway ? items.map(withoutDay) : items, nextCursor };
    },
    [tenantId, settled, status],
  );
  const isFull =
    licence !== null && licence.maxTriggers !== null && licence.used >= licence.maxTriggers;
  const none = licence !== null && licence.used === 0;
  const actions =
    can("triggers:write") && !none && !isFull
      ? html`<a class="button primary" href=${href("new")}>${t("triggers.new")}</a>`
      : undefined;
  const shown = (items: readonly Row[]): VNode =>
    items.length === 0
      ? html`<${EmptyState} title=${t("triggers.filter.none")} />`
      : html`<${HistoryAway} list=${list} /><${TriggerTable} list=${list} /><${More} of=${list} />`;
  return html`<${Page} title=${t("triggers.title")} actions=${actions}>
    ${licence === null || none ? null : html`<${LicenceUse} licence=${licence} />`}
    ${
      none
        ? html`<${FirstTrigger} />`
        : html`${
              licence === null
                ? null
                : html`<${Filters}
                    search=${search}
                    status=${status}
                    onSearch=${setSearch}
                    onStatus=${setStatus}
                  />`
            } <${Loaded} of=${list}>${shown}<//>`
    }
  <//>`;
}
