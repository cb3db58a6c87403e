import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { TextField } from "../../ui/field.ts";
import { Notice } from "../../ui/notice.ts";
import { instantOf } from "../deliveries/filter.ts";

/** The call is none that was found: older ones are looked for where one knows when they came. */
export function CallNotFound({
  onSearch,
}: {
  readonly onSearch: (from: string, to: string) => void;
}): VNode {
  const { t, href } = usePortal();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [wrong, setWrong] = useState(false);
  function submit(event: Event): void {
    event.preventDefault();
    const [begin, end] = [instantOf(from), instantOf(to)];
    const isWrong = begin === undefined || (end !== undefined && end <= begin);
    setWrong(isWrong);
    if (!isWrong) onSearch(begin, end ?? "");
  }
  return html`<${Notice} kind="warning" title=${t("call.not-found.title")}>
      <p>${t("call.not-found.text")}</p>
      <p><a href=${href("calls")}>${t("call.not-found.list")}</a></p>
    <//>
    <form class="filters" onSubmit=${submit} novalidate>
      <${TextField}
        label=${t("call.not-found.from")}
        type="datetime-local"
        value=${from}
        error=${wrong ? t("call.not-found.wrong") : null}
        onInput=${setFrom}
      />
      <${TextField}
        label=${t("call.not-found.to")}
        type="datetime-local"
        value=${to}
        onInput=${setTo}
      />
      <${Button} type="submit" kind="primary">${t("call.not-found.go")}<//>
    </form>`;
}
