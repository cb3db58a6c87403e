import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import { failureText } from "../trigger/failure-text.ts";
import { usePortal } from "./portal.ts";
import type { Scope } from "./portal.ts";
import type { PageName } from "./routes.ts";
import { chooseTheme, chosenTheme, themes } from "./theme.ts";
import type { Theme } from "./theme.ts";

interface NavItem {
  readonly path: string;
  readonly key: string;
  readonly scope: Scope;
  readonly pages: readonly PageName[];
}

const items: readonly NavItem[] = [
  {
    path: "",
    key: "shell.nav.webhooks",
    scope: "triggers:read",
    pages: ["triggers", "trigger", "new-trigger"],
  },
  { path: "calls", key: "shell.nav.calls", scope: "calls:read", pages: ["calls", "call"] },
  {
    path: "deliveries",
    key: "shell.nav.deliveries",
    scope: "deliveries:read",
    pages: ["deliveries", "delivery", "replays"],
  },
  { path: "guide", key: "shell.nav.guide", scope: "triggers:read", pages: ["guide"] },
  { path: "tokens", key: "shell.nav.tokens", scope: "tokens:read", pages: ["tokens"] },
  { path: "changes", key: "shell.nav.changes", scope: "changes:read", pages: ["changes"] },
];

/** For those who look after many tenants, while none is chosen. */
const platformItems: readonly NavItem[] = [
  { path: "tenants", key: "shell.nav.tenants", scope: "tenants:read", pages: ["tenants"] },
  {
    path: "dead-letters",
    key: "shell.nav.dead-letters",
    scope: "deliveries:read",
    pages: ["dead-letters"],
  },
  { path: "tokens", key: "shell.nav.tokens", scope: "tokens:read", pages: ["tokens"] },
  { path: "changes", key: "shell.nav.changes", scope: "changes:read", pages: ["changes"] },
];

function middleOf(element: Element): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}

function Navigation({ items }: { readonly items: readonly NavItem[] }): VNode {
  const { t, can, href, route } = usePortal();
  const list = useRef<HTMLUListElement>(null);
  // On a phone the list is wider than the window: where one is has to be seen. Not by scrollIntoView, which moves the page.
  useLayoutEffect(() => {
    const current = list.current?.querySelector("[aria-current]");
    if (list.current !== null && current)
      list.current.scrollLeft += middleOf(current) - middleOf(list.current);
  }, [route.page, items]);
  return html`<nav class="nav" aria-label=${t("shell.nav.label")}>
    <ul ref=${list}>
      ${items
        .filter(({ scope }) => can(scope))
        .map(
          ({ path, key, pages }) =>
            html`<li key=${path}>
              <a href=${href(path)} aria-current=${pages.includes(route.page) ? "page" : null}
                >${t(key)}</a
              >
            </li>`,
        )}
    </ul>
  </nav>`;
}

function ThemeSwitch(): VNode {
  const { t } = usePortal();
  const [theme, setTheme] = useState(chosenTheme());
  function choose(event: Event): void {
    const next = (event.currentTarget as HTMLSelectElement).value as Theme;
    chooseTheme(next);
    setTheme(next);
  }
  return html`<label class="switcher">
    <span class="visually-hidden">${t("shell.theme.label")}</span>
    <select value=${theme} onChange=${choose}>
      ${themes.map((name) => html`<option key=${name} value=${name}>${t(`shell.theme.${name}`)}</option>`)}
    </select>
  </label>`;
}

/** The same page in another language. */
function LanguageSwitch(): VNode {
  const { t, locale, locales, route } = usePortal();
  function choose(event: Event): void {
    const next = (event.currentTarget as HTMLSelectElement).value;
    const query = route.query.size > 0 ? `?${route.query}` : "";
    location.assign(`/${next}/webhooks${route.path === "" ? "" : `/${route.path}`}${query}`);
  }
  return html`<label class="switcher">
    <span class="visually-hidden">${t("shell.language.label")}</span>
    <select value=${locale} onChange=${choose}>
      ${locales.map(
        (name) =>
          html`<option key=${name} value=${name} lang=${name}>
            ${new Intl.DisplayNames(name, { type: "language" }).of(name.split("-", 1)[0] ?? name)}
          </option>`,
      )}
    </select>
  </label>`;
}

/** Whose things are looked at; for those who look after many, the way to choose another. */
function TenantName({ name }: { readonly name: string | null }): VNode | null {
  const { t, me, tenantId, href } = usePortal();
  if (me === null || tenantId === null) return null;
  const shown = name === null || name === "" ? tenantId : name;
  if (me.tenantId !== null) return html`<span class="tenant"><bdi>${shown}</bdi></span>`;
  return html`<a class="tenant" href=${href("tenants")} title=${t("shell.tenant.choose")}>
    <span class="visually-hidden">${t("shell.tenant.label")} </span><bdi>${shown}</bdi>
  </a>`;
}

function SignOut(): VNode {
  const portal = usePortal();
  const { t, api, me, go, href, toast, reloadSession } = portal;
  async function signOut(): Promise<void> {
    try {
      await api.call("signOut");
      await go(href("sign-in", { tenant: null }));
      await reloadSession();
    } catch (error) {
      toast(t("shell.sign-out.failed", { reason: failureText(portal, error) }), "error");
    }
  }
  return html`<span class="who"><bdi>${me?.name ?? ""}</bdi></span>
    <button type="button" class="button quiet" onClick=${signOut}>
      ${t("shell.sign-out.label")}
    </button>`;
}

/** The head of every page. */
export function Header({ tenantName }: { readonly tenantName: string | null }): VNode {
  const { t, me, href, tenantId } = usePortal();
  return html`<header class="head">
    <div class="head-top">
      <a class="product" href=${href(tenantId === null ? "tenants" : "")}>${t("shell.product")}</a>
      <${TenantName} name=${tenantName} />
      <div class="head-end">
        <${LanguageSwitch} />
        <${ThemeSwitch} />
        ${me === null ? null : html`<${SignOut} />`}
      </div>
    </div>
    ${
      me === null
        ? null
        : html`<${Navigation} items=${tenantId === null ? platformItems : items} />`
    }
  </header>`;
}
