import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Delivery } from "../../../admin/contract/deliveries.ts";
import { usePortal } from "../../shell/portal.ts";
import { StateBadge, reasonText } from "../../ui/outcome.ts";
import { Table } from "../../ui/table.ts";
import type { Column } from "../../ui/table.ts";
import { Time } from "../../ui/time.ts";

/** What came of it, and what comes next. */
function Result({ of }: { readonly of: Delivery }): VNode {
  const portal = usePortal();
  const { t } = portal;
  return html`<span>${reasonText(portal, of)}</span> ${
      of.state === "retrying" && of.nextAttemptAt !== null
        ? html`<span class="quiet-text"
            >${t("deliveries.next")} <${Time} at=${of.nextAttemptAt}
          /></span>`
        : null
    }`;
}

/** Deliveries, a row each. */
export function DeliveryTable({
  rows,
  ofOneTrigger,
}: {
  readonly rows: readonly Delivery[];
  readonly ofOneTrigger: boolean;
}): VNode {
  const { t, href, formats } = usePortal();
  const webhook: Column<Delivery> = {
    key: "trigger",
    label: t("deliveries.column.trigger"),
    cell: ({ triggerId, triggerName }) =>
      triggerName === null
        ? html`<span class="quiet-text">${t("deliveries.trigger-deleted")}</span>`
        : html`<a href=${href(triggerId)}
            ><bdi>${triggerName === "" ? triggerId : triggerName}</bdi></a
          >`,
  };
  const columns: readonly Column<Delivery>[] = [
    {
      key: "last",
      label: t("deliveries.column.last"),
      isHead: true,
      cell: ({ jobId, lastAt }) =>
        html`<a href=${href(`deliveries/${jobId}`)}><${Time} at=${lastAt} /></a>`,
    },
    {
      key: "state",
      label: t("deliveries.column.state"),
      cell: ({ state }) => html`<${StateBadge} state=${state} />`,
    },
    ...(ofOneTrigger ? [] : [webhook]),
    {
      key: "result",
      label: t("deliveries.column.result"),
      cell: (row) => html`<${Result} of=${row} />`,
    },
    {
      key: "attempts",
      label: t("deliveries.column.attempts"),
      align: "end",
      cell: ({ attempts }) => formats.number(attempts),
    },
    {
      key: "call",
      label: t("deliveries.column.call"),
      cell: ({ cdrId }) =>
        html`<a class="id" href=${href(`calls/${encodeURIComponent(cdrId)}`)}
          ><bdi>${cdrId}</bdi></a
        >`,
    },
  ];
  return html`<${Table}
    caption=${t("deliveries.caption")}
    columns=${columns}
    rows=${rows}
    rowKey=${({ jobId }: Delivery) => jobId}
  />`;
}
