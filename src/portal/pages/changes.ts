import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Change } from "../../admin/contract/access.ts";
import { usePages } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { SelectField } from "../ui/field.ts";
import { Loaded } from "../ui/loaded.ts";
import { More } from "../ui/more.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { Time } from "../ui/time.ts";
import { useTriggerChoices } from "./deliveries/filter-form.ts";
import type { Choice } from "../ui/field.ts";

/** What it was done to: the webhook by its name, and what else the log names. */
function Subject({
  of,
  triggers,
}: {
  readonly of: Change;
  readonly triggers: readonly Choice[];
}): VNode {
  const { href, t, has } = usePortal();
  const { triggerId, subject, action } = of;
  const name = triggers.find(({ value }) => value === triggerId)?.label;
  const webhook =
    triggerId === null
      ? null
      : name === undefined
        ? html`<bdi class="id">${triggerId}</bdi>`
        : html`<a href=${href(triggerId)}><bdi>${name}</bdi></a>`;
  const isJob = action.endsWith(".redelivered");
  const why = `changes.why.${subject}`;
  const what =
    subject === null
      ? null
      : isJob
        ? html`<a class="id" href=${href(`deliveries/${subject}`)}><bdi>${subject}</bdi></a>`
        : has(why)
          ? html`<span class="quiet-text">${t(why)}</span>`
          : html`<bdi class="id">${subject}</bdi>`;
  return html`${webhook} ${what}`;
}

function columnsOf(
  { t, has }: Portal,
  ofPlatform: boolean,
  triggers: readonly Choice[],
): readonly Column<Change>[] {
  return [
    {
      key: "at",
      label: t("changes.at"),
      isHead: true,
      cell: ({ at }) => html`<${Time} at=${at} />`,
    },
    {
      key: "who",
      label: t("changes.who"),
      cell: ({ actorName, actorId, actorRole }) => {
        if (actorRole === "service")
          return html`${t("changes.service")} <bdi class="quiet-text">${actorName}</bdi>`;
        const role = has(`tokens.role.${actorRole}`) ? t(`tokens.role.${actorRole}`) : actorRole;
        return html`<bdi>${actorName === "" ? actorId : actorName}</bdi>
          <span class="quiet-text">${role}</span>`;
      },
    },
    {
      key: "what",
      label: t("changes.what"),
      // A later version may have written what this one has no words for.
      cell: ({ action }) => {
        const words = `changes.action.${action}`;
        return has(words) ? t(words) : html`<bdi class="id">${action}</bdi>`;
      },
    },
    ...(ofPlatform
      ? [
          {
            key: "tenant",
            label: t("tokens.tenant"),
            cell: ({ tenantId }: Change) => html`<bdi class="id">${tenantId ?? ""}</bdi>`,
          },
        ]
      : []),
    {
      key: "on",
      label: t("changes.on"),
      cell: (change) => html`<${Subject} of=${change} triggers=${triggers} />`,
    },
    {
      key: "properties",
      label: t("changes.properties"),
      cell: ({ properties }) =>
        properties.map(
          (path, index) => html`${index > 0 ? ", " : ""}<code key=${path}>${path}</code>`,
        ),
    },
  ];
}

/** Who changed what: of the tenant; where none is chosen, of the whole platform. */
export function ChangesPage(): VNode {
  const portal = usePortal();
  const { t, api, tenantId, route, go, href } = portal;
  const ofPlatform = tenantId === null;
  const triggerId = route.query.get("trigger") ?? "";
  const [, ...triggers] = useTriggerChoices(triggerId, !ofPlatform);
  const list = usePages<Change>(
    async (cursor, signal) => {
      const query = {
        ...(cursor === undefined ? {} : { cursor }),
        ...(triggerId !== "" && { triggerId }),
      };
      return (await api.call(ofPlatform ? "listAllChanges" : "listChanges", { query, signal }))
        .body;
    },
    [tenantId, triggerId],
  );
  const choices = [{ value: "", label: t("deliveries.filter.trigger.any") }, ...triggers];
  return html`<${Page} title=${t(ofPlatform ? "changes.title.platform" : "changes.title")}>
    <p class="lead">${t("changes.lead")}</p>
    ${
      ofPlatform
        ? null
        : html`<div class="filters">
            <${SelectField}
              label=${t("deliveries.filter.trigger.label")}
              value=${triggerId}
              choices=${choices}
              onChange=${(trigger: string) => void go(href(route.path, { trigger }), { replace: true })}
            />
          </div>`
    }
    <${Loaded} of=${list}>
      ${(rows: readonly Change[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("changes.none")} />`
          : html`<${Table}
                caption=${t("changes.caption")}
                columns=${columnsOf(portal, ofPlatform, triggers)}
                rows=${rows}
                rowKey=${({ changeId }: Change) => changeId}
              />
              <${More} of=${list} />`}
    <//>
  <//>`;
}
