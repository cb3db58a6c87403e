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

interface Wish {
  readonly name: string;
  readonly locale: string;
  readonly seconds: string;
}

function MadeLink({ made }: { readonly made: Made }): VNode {
  const { t } = usePortal();
  return html`<p>${t("tenants.link.made")}</p>
    <${CodeBlock}
      label=${t("tenants.link.label")}
      text=${new URL(made.url, location.origin).href}
    />
    <p class="hint">${t("tenants.link.until")} <${Time} at=${made.expiresAt} /></p>`;
}

function WishFields({
  wish,
  tried,
  onChange,
}: {
  readonly wish: Wish;
  readonly tried: boolean;
  readonly onChange: (wish: Wish) => void;
}): VNode {
  const { t, locale, locales, formats } = usePortal();
  const languages = new Intl.DisplayNames(locale, { type: "language" });
  return html`<p>${t("tenants.link.text")}</p>
    <${TextField}
      label=${t("tenants.link.for")}
      hint=${t("tenants.link.for.hint")}
      maxLength=${200}
      autocomplete="off"
      value=${wish.name}
      error=${tried && wish.name.trim() === "" ? t("tokens.name.empty") : null}
      onInput=${(name: string) => onChange({ ...wish, name })}
    />
    <${SelectField}
      label=${t("tenants.link.lifetime")}
      value=${wish.seconds}
      choices=${lifetimes.map((each) => ({
        value: String(each),
        label: formats.duration(each * 1000),
      }))}
      onChange=${(seconds: string) => onChange({ ...wish, seconds })}
    />
    <${SelectField}
      label=${t("shell.language.label")}
      value=${wish.locale}
      choices=${locales.map((each) => ({
        value: each,
        label: languages.of(each.split("-", 1)[0] ?? each) ?? each,
      }))}
      onChange=${(locale: string) => onChange({ ...wish, locale })}
    />`;
}

/** Makes a link that signs the tenant's administrator in, once. */
export function LinkDialog({
  tenant,
  onClose,
}: {
  readonly tenant: Tenant;
  readonly onClose: () => void;
}): VNode {
  const { t, api, locale } = usePortal();
  const [wish, setWish] = useState<Wish>({ name: "", locale, seconds: "300" });
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  async function make(): Promise<void> {
    setTried(true);
    if (wish.name.trim() === "") return;
    setError(null);
    try {
      const { body } = await api.call("createSignInLink", {
        body: {
          tenantId: tenant.tenantId,
          name: wish.name.trim(),
          locale: wish.locale === "fr-FR" ? "fr-FR" : "en-GB",
          validSeconds: Number(wish.seconds),
        },
      });
      setMade(body);
    } catch (caught) {
      setError(caught as Error);
    }
  }
  const name = tenant.name === "" ? tenant.tenantId : tenant.name;
  const actions =
    made === null
      ? html`<${Button} onClick=${onClose}>${t("shell.cancel")}<//>
          <${Button} kind="primary" onClick=${make}>${t("tenants.link.make")}<//>`
      : html`<${Button} kind="primary" onClick=${onClose}>${t("tenants.link.done")}<//>`;
  return html`<${Dialog}
    title=${t("tenants.link.title", { name })}
    onClose=${onClose}
    actions=${actions}
  >
    ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    ${
      made === null
        ? html`<${WishFields} wish=${wish} tried=${tried} onChange=${setWish} />`
        : html`<${MadeLink} made=${made} />`
    }
  <//>`;
}
