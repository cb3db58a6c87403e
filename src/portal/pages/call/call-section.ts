import type { VNode } from "preact";
import { html } from "htm/preact";
import type { CallSummary } from "../../../admin/contract/calls.ts";
import { usePortal } from "../../shell/portal.ts";
import { CopyButton } from "../../ui/copy-button.ts";
import { Time } from "../../ui/time.ts";
import { durationOf, resultOf } from "../calls/call-facts.ts";
import { Party } from "../calls/party.ts";
import type { FieldNames } from "../calls/use-fields.ts";

/** Whatever else the call has, on demand. */
function AllFields({
  fields,
  names,
}: {
  readonly fields: CallSummary["fields"];
  readonly names: FieldNames;
}): VNode {
  const { t } = usePortal();
  const all = Object.entries(fields);
  return html`<details>
    <summary>${t("call.all-fields", { count: all.length })}</summary>
    <dl class="facts all-fields">
      ${all.map(
        ([path, value]) =>
          html`<div key=${path}>
            <dt>${names.name(path)} <code>${path}</code></dt>
            <dd><bdi>${names.value(path, String(value))}</bdi></dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

/** What the call was: the few things that tell which it is, and all the rest on demand. */
export function CallSection({
  call,
  names,
}: {
  readonly call: CallSummary;
  readonly names: FieldNames;
}): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { fields } = call;
  const dir = fields["dir"];
  const facts: readonly (readonly [string, string | null])[] = [
    [t("calls.column.dir"), dir === undefined ? null : names.value("dir", String(dir))],
    [t("calls.column.result"), t(`calls.result.${resultOf(fields)}`)],
    [t("calls.column.duration"), durationOf(portal, fields)],
  ];
  return html`<section>
    <h2>${t("call.call")}</h2>
    <dl class="facts">
      <div>
        <dt>${t("calls.column.at")}</dt>
        <dd><${Time} at=${call.at} /></dd>
      </div>
      <div>
        <dt>${t("calls.column.from")}</dt>
        <dd><${Party} fields=${fields} number="cliNum" name="cliName" /></dd>
      </div>
      <div>
        <dt>${t("calls.column.to")}</dt>
        <dd><${Party} fields=${fields} number="ddiNum" name="ddiName" /></dd>
      </div>
      ${facts.map(([label, value]) =>
        value === null
          ? null
          : html`<div key=${label}>
              <dt>${label}</dt>
              <dd><bdi>${value}</bdi></dd>
            </div>`,
      )}
      <div>
        <dt>${t("calls.column.id")}</dt>
        <dd>
          <bdi class="id">${call.cdrId}</bdi>
          <${CopyButton} text=${call.cdrId} what=${t("call.id")} />
        </dd>
      </div>
    </dl>
    <${AllFields} fields=${fields} names=${names} />
  </section>`;
}
