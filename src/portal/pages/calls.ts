import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CallSummary } from "../../admin/contract/calls.ts";
import { usePages } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { Badge } from "../ui/badge.ts";
import { Button } from "../ui/button.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { TextField } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
import { More } from "../ui/more.ts";
import { Page } from "../ui/page.ts";
import { RevealButton } from "../ui/reveal.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { Time } from "../ui/time.ts";
import { durationOf, resultOf } from "./calls/call-facts.ts";
import { Party } from "./calls/party.ts";
import { useFieldNames } from "./calls/use-fields.ts";
import type { FieldNames } from "./calls/use-fields.ts";

const resultKinds = {
  answered: "good",
  abandoned: "warning",
  lost: "bad",
  none: "neutral",
} as const;

/** To a call's story by its id. */
function Search(): VNode {
  const { t, go, href } = usePortal();
  const [text, setText] = useState("");
  const [empty, setEmpty] = useState(false);
  function submit(event: Event): void {
    event.preventDefault();
    const id = text.trim();
    setEmpty(id === "");
    if (id !== "") void go(href(`calls/${encodeURIComponent(id)}`));
  }
  return html`<form class="filters" role="search" onSubmit=${submit} novalidate>
    <${TextField}
      label=${t("calls.search.label")}
      hint=${t("calls.search.hint")}
      error=${empty ? t("calls.search.empty") : null}
      type="search"
      maxLength=${500}
      autocomplete="off"
      value=${text}
      onInput=${setText}
    />
    <${Button} type="submit" kind="primary">${t("calls.search.go")}<//>
  </form>`;
}

/** The columns: which call it is at a glance, without its whole content. */
function columnsOf(portal: Portal, names: FieldNames): readonly Column<CallSummary>[] {
  const { t, href } = portal;
  return [
    {
      key: "at",
      label: t("calls.column.at"),
      isHead: true,
      cell: ({ cdrId, at }) =>
        html`<a href=${href(`calls/${encodeURIComponent(cdrId)}`)}><${Time} at=${at} /></a>`,
    },
    {
      key: "dir",
      label: t("calls.column.dir"),
      cell: ({ fields }) =>
        fields["dir"] === undefined
          ? null
          : html`<span class="word">${names.value("dir", String(fields["dir"]))}</span>`,
    },
    {
      key: "from",
      label: t("calls.column.from"),
      cell: ({ fields }) => html`<${Party} fields=${fields} number="cliNum" name="cliName" />`,
    },
    {
      key: "to",
      label: t("calls.column.to"),
      cell: ({ fields }) => html`<${Party} fields=${fields} number="ddiNum" name="ddiName" />`,
    },
    {
      key: "result",
      label: t("calls.column.result"),
      cell: ({ fields }) => {
        const result = resultOf(fields);
        return html`<${Badge} kind=${resultKinds[result]}>${t(`calls.result.${result}`)}<//>`;
      },
    },
    {
      key: "dur",
      label: t("calls.column.duration"),
      align: "end",
      cell: ({ fields }) => html`<span class="word">${durationOf(portal, fields)}</span>`,
    },
    {
      key: "id",
      label: t("calls.column.id"),
      cell: ({ cdrId }) => html`<bdi class="id">${cdrId}</bdi>`,
    },
  ];
}

function CallTable({
  rows,
  names,
}: {
  readonly rows: readonly CallSummary[];
  readonly names: FieldNames;
}): VNode {
  const portal = usePortal();
  return html`<${Table}
    caption=${portal.t("calls.caption")}
    columns=${columnsOf(portal, names)}
    rows=${rows}
    rowKey=${({ partition, offset }: CallSummary) => `${partition}/${offset}`}
  />`;
}

/** The tenant's recent calls, and the way to any call's story by its id. */
export function CallsPage(): VNode {
  const { t, api, tenantId } = usePortal();
  const [revealed, setRevealed] = useState(false);
  const names = useFieldNames();
  const list = usePages<CallSummary>(
    async (cursor, signal) => {
      const query = {
        ...(cursor === undefined ? {} : { cursor }),
        ...(revealed && { reveal: "true" as const }),
      };
      return (await api.call("listCalls", { query, signal })).body;
    },
    [tenantId, revealed],
  );
  const actions = html`<${Button} onClick=${list.reload}>${t("calls.refresh")}<//>
    <${RevealButton}
      shown=${revealed}
      onReveal=${() => setRevealed(true)}
      onHide=${() => setRevealed(false)}
    />`;
  return html`<${Page} title=${t("calls.title")} actions=${actions}>
    <p class="lead">${t("calls.lead")}</p>
    <${Search} />
    <${Loaded} of=${list}>
      ${(rows: readonly CallSummary[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("calls.none.title")}><p>${t("calls.none.text")}</p><//>`
          : html`<${CallTable} rows=${rows} names=${names} /><${More} of=${list} />`}
    <//>
  <//>`;
}
