import { render } from "preact";
import { html } from "htm/preact";
import type { OperationTable } from "./api/client.ts";
import { createFormats } from "./i18n/formats.ts";
import { createTranslator } from "./i18n/translate.ts";
import type { Messages } from "./i18n/translate.ts";
import { App } from "./shell/app.ts";
import { createRouter } from "./shell/router.ts";
import { chooseTheme, chosenTheme } from "./shell/theme.ts";

/** What the server gives to each page of a language. */
interface Boot {
  readonly locales: readonly string[];
  readonly messages: Messages;
  readonly operations: OperationTable;
}

chooseTheme(chosenTheme());
const locale = document.documentElement.lang;
const base = `/${locale}/webhooks`;
const boot = (await (await fetch(new URL(`boot.${locale}.json`, import.meta.url))).json()) as Boot;
const root = document.querySelector("#portal");
if (root === null) throw new Error("the page has no #portal");
render(
  html`<${App}
    router=${createRouter(base)}
    operations=${boot.operations}
    translator=${createTranslator(locale, boot.messages)}
    formats=${createFormats(locale)}
    locale=${locale}
    locales=${boot.locales}
    base=${base}
  />`,
  root,
);
