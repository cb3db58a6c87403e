import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Tenant } from "../../../admin/contract/access.ts";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { CodeBlock } from "../../ui/code-block.ts";
import { Dialog } from "../../ui/dialog.ts";
import { SelectField, TextField } from "../../ui/field.ts";
import { ErrorNotice } from "../../ui/loaded.ts";
import { Time } from "../../ui/time.ts";

interface Made {
  readonly url: string;
  readonly expiresAt: string;
}

const lifetimes = [300, 3600, 86_400] as const;

/** Makes a link that signs the tenant's administrator in, once. */
export function LinkDialog({
  tenant,
  onClose,
}: {
  readonly tenant: Tenant;
  readonly onClose: () => void;
}): VNode {
  const { t, api, locale, locales, formats } = usePortal();
  const [name, setName] = useState("");
  const [language, setLanguage] = useState(locale);
  const [seconds, setSeconds] = useState("300");
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  async function make(): Promise<void> {
    setTried(true);
    if (name.trim() === "") return;
    setError(null);
    try {
      const { body } = await api.call("createSignInLink", {
        body: {
          tenantId: tenant.tenantId,
          name: name.trim(),
          locale: language === "fr-FR" ? "fr-FR" : "en-GB",
          validSeconds: Number(seconds),
        },
      });
      setMade(body);
    } catch (caught) {
      setError(caught as Error);
    }
  }
  const title = t("tenants.link.title", {
    name: tenant.name === "" ? tenant.tenantId : tenant.name,
  });
  if (made !== null) {
    const url = new URL(made.url, location.origin).href;
    return html`<${Dialog}
      title=${title}
      onClose=${onClose}
      actions=${html`<${Button} kind="primary" onClick=${onClose}>${t("shell.close")}<//>`}
    >
      <p>${t("tenants.link.made")}</p>
      <${CodeBlock} label=${t("tenants.link.label")} text=${url} />
      <p class="hint">${t("tenants.link.until")} <${Time} at=${made.expiresAt} /></p>
    <//>`;
  }
  const actions = html`<${Button} onClick=${onClose}>${t("shell.cancel")}<//>
    <${Button} kind="primary" onClick=${make}>${t("tenants.link.make")}<//>`;
  return html`<${Dialog} title=${title} onClose=${onClose} actions=${actions}>
    ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    <p>${t("tenants.link.text")}</p>
    <${TextField}
      label=${t("tenants.link.for")}
      hint=${t("tenants.link.for.hint")}
      maxLength=${200}
      autocomplete="off"
      value=${name}
      error=${tried && name.trim() === "" ? t("tokens.name.empty") : null}
      onInput=${setName}
    />
    <${SelectField}
      label=${t("tenants.link.lifetime")}
      value=${seconds}
      choices=${lifetimes.map((each) => ({ value: String(each), label: formats.duration(each * 1000) }))}
      onChange=${setSeconds}
    />
    <${SelectField}
      label=${t("shell.language.label")}
      value=${language}
      choices=${locales.map((each) => ({
        value: each,
        label:
          new Intl.DisplayNames(locale, { type: "language" }).of(each.split("-", 1)[0] ?? each) ??
          each,
      }))}
      onChange=${setLanguage}
    />
  <//>`;
}
