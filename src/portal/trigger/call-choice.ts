import type { VNode } from "preact";
import { html } from "htm/preact";
import type { CallSummary } from "../../admin/contract/calls.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { SelectField } from "../ui/field.ts";

const most = 25;

/** Keeps what callers put into names from turning the text around it: U+2068 and U+2069, Unicode's isolates. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** A call in a line: when it came, who called whom. */
export function callText({ formats, t }: Portal, { at, fields }: CallSummary): string {
  const told = (...names: readonly string[]): string =>
    String(
      names.map((name) => fields[name]).find((value) => value !== undefined && value !== "") ?? "",
    );
  return t("editor.call", {
    at: formats.dateTime(at),
    from: isolated(told("cliName", "cliNum") || "–"),
    to: isolated(told("ddiName", "ddiNum") || "–"),
  });
}

/** Which call a request is shown for: the sample, or one of the newest. */
export function CallChoice({
  cdrId,
  onChange,
}: {
  readonly cdrId: string | null;
  readonly onChange: (cdrId: string | null) => void;
}): VNode {
  const portal = usePortal();
  const { t, api, can, tenantId } = portal;
  const calls = useLoad(
    can("calls:read")
      ? async (signal) =>
          (await api.call("listCalls", { query: { limit: most }, signal })).body.items
      : null,
    [tenantId],
  );
  const choices = [
    { value: "", label: t("editor.sample") },
    ...(calls.data ?? []).map((call) => ({ value: call.cdrId, label: callText(portal, call) })),
  ];
  return html`<${SelectField}
    label=${t("editor.call-choice")}
    value=${cdrId ?? ""}
    choices=${choices}
    onChange=${(value: string) => onChange(value === "" ? null : value)}
  />`;
}
