import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "htm/preact";
import { Button } from "../ui/button.ts";
import { Notice } from "../ui/notice.ts";
import { ErrorBoundary } from "./error-boundary.ts";
import { Header } from "./header.ts";
import { useLoad } from "./load.ts";
import { pages } from "./pages.ts";
import { usePortal } from "./portal.ts";
import { tenantless } from "./routes.ts";
import { Toasts } from "./toasts.ts";
import type { Toast } from "./toasts.ts";

const retryMs = 5000;

/** Who may not be here is sent where to go first: to sign in, or to choose a tenant. */
function useRedirects(reached: boolean): boolean {
  const { me, tenantId, route, go, href } = usePortal();
  const signIn = me === null && reached && route.page !== "sign-in";
  const choose = me !== null && tenantId === null && !tenantless.has(route.page);
  useEffect(() => {
    const back = `${location.pathname}${location.search}`;
    if (signIn) void go(href("sign-in", { return: back }), { replace: true });
    else if (choose) void go(href("tenants"), { replace: true });
  }, [signIn, choose]);
  return signIn || choose;
}

/** A new page is begun at its heading, as a browser would begin it at its top. */
function useFocusOnChange(path: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.querySelector("main")?.focus({ preventScroll: true });
  }, [path]);
}

/** Leads past the header. No address of its own: the way back would lead through it. */
function SkipLink(): VNode {
  const { t } = usePortal();
  function skip(event: Event): void {
    event.preventDefault();
    document.querySelector("main")?.focus();
  }
  return html`<a class="skip" href="#main" onClick=${skip}>${t("shell.skip")}</a>`;
}

function Unreached(): VNode {
  const { t, me, reloadSession } = usePortal();
  useEffect(() => {
    const timer = setInterval(() => void reloadSession(), retryMs);
    return () => clearInterval(timer);
  }, [me]);
  return html`<${Notice} kind="warning" title=${t("shell.unreached.title")}>
    <p>${t("shell.unreached.text")}</p>
    <${Button} onClick=${reloadSession}>${t("shell.retry")}<//>
  <//>`;
}

function SignInElsewhere(): VNode {
  const { t, href, reloadSession } = usePortal();
  return html`<${Notice} kind="warning" title=${t("shell.ended.title")}>
    <p>${t("shell.ended.text")}</p>
    <a class="button" href=${href("sign-in")} target="_blank" rel="noopener"
      >${t("shell.ended.sign-in")}</a
    >
    <${Button} onClick=${reloadSession}>${t("shell.ended.go-on")}<//>
  <//>`;
}

function Broken({ error }: { readonly error: unknown }): VNode {
  const { t } = usePortal();
  return html`<${Notice} kind="error" title=${t("shell.broken.title")}>
    <p>${t("shell.broken.text")}</p>
    <p><code lang="en">${String(error)}</code></p>
    <${Button} onClick=${() => location.reload()}>${t("shell.broken.reload")}<//>
  <//>`;
}

/** What is around each page. */
export function Frame(props: {
  readonly reached: boolean;
  /** The session has ended while something was not saved. */
  readonly unsaved: boolean;
  readonly spoken: string;
  readonly toasts: readonly Toast[];
  readonly closeToast: (id: number) => void;
}): VNode {
  const { me, api, can, route, tenantId } = usePortal();
  const redirecting = useRedirects(props.reached);
  useFocusOnChange(route.path);
  const mayRead = tenantId !== null && can("tenants:read");
  const tenant = useLoad(
    mayRead ? async (signal) => (await api.call("readTenant", { signal })).body : null,
    [mayRead ? tenantId : null],
  );
  const name = tenantId === null ? null : (tenant.data?.name ?? null);
  const Page = pages[route.page];
  const about = `${route.page} ${tenantId} ${JSON.stringify(route.params)}`;
  const page = html`<${ErrorBoundary}
    about=${about}
    fallback=${(error: unknown) => html`<${Broken} error=${error} />`}
  >
    <${Page} key=${about} />
  <//>`;
  return html`<${SkipLink} />
    <${Header} tenantName=${name} />
    <main id="main" tabindex="-1">
      ${props.unsaved ? html`<${SignInElsewhere} />` : null}
      ${props.reached ? null : html`<${Unreached} />`}
      ${redirecting || (me === null && route.page !== "sign-in") ? null : page}
    </main>
    <div class="visually-hidden" role="status" aria-live="polite">${props.spoken}</div>
    <${Toasts} toasts=${props.toasts} onClose=${props.closeToast} />`;
}
