import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "htm/preact";
import { ApiError } from "../api/problem.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { TextField } from "../ui/field.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { Page } from "../ui/page.ts";
import { Spinner } from "../ui/spinner.ts";
import { codeIn, wayBack } from "./sign-in/way-back.ts";

type Credential = { readonly token: string } | { readonly code: string };

interface Attempt {
  readonly busy: boolean;
  /** What was tried last, and what came of it. */
  readonly failed: { readonly by: "token" | "code"; readonly error: Error } | null;
  /** No sooner than then another try makes sense; ms since the epoch. */
  readonly waitUntil: number;
  submit(credential: Credential): Promise<void>;
}

function returnOf({ route, href }: Portal): string {
  return wayBack(route.query.get("return"), location.origin, href(""));
}

/** Signs in, and goes back to where one was. */
function useSignIn(portal: Portal): Attempt {
  const { api, go, href, reloadSession } = portal;
  const [state, setState] = useState<Omit<Attempt, "submit">>({
    busy: false,
    failed: null,
    waitUntil: 0,
  });
  async function submit(credential: Credential): Promise<void> {
    setState({ busy: true, failed: null, waitUntil: 0 });
    try {
      await api.call("signIn", { body: credential });
    } catch (caught) {
      const error = caught as Error;
      const wait = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
      const by = "code" in credential ? "code" : "token";
      setState({ busy: false, failed: { by, error }, waitUntil: Date.now() + wait * 1000 });
      return;
    }
    await reloadSession();
    const back = returnOf(portal);
    const isOwn = back === href("") || back.startsWith(`${href("").split("?", 1)[0]}/`);
    if (isOwn) await go(back, { replace: true });
    else location.replace(back);
  }
  return { ...state, submit };
}

/** Whether a time has not come yet; tells when it has. */
function useWaiting(until: number): boolean {
  const [waiting, setWaiting] = useState(false);
  useEffect(() => {
    const rest = until - Date.now();
    setWaiting(rest > 0);
    if (rest <= 0) return undefined;
    const timer = setTimeout(() => setWaiting(false), rest);
    return () => clearTimeout(timer);
  }, [until]);
  return waiting;
}

function Failure({ attempt }: { readonly attempt: Attempt }): VNode | null {
  const { t, formats } = usePortal();
  const { failed, waitUntil } = attempt;
  if (failed === null) return null;
  const code = failed.error instanceof ApiError ? failed.error.code : "";
  if (code === "UNAUTHENTICATED" || code === "REQUEST_INVALID") {
    return html`<${Notice} kind="error" title=${t(`sign-in.refused.${failed.by}.title`)}>
      <p>${t(`sign-in.refused.${failed.by}.text`)}</p>
    <//>`;
  }
  if (code === "TOO_MANY_ATTEMPTS") {
    return html`<${Notice} kind="error" title=${t("sign-in.too-many.title")}>
      <p>
        ${t("sign-in.too-many.text", { time: formats.time(new Date(waitUntil).toISOString()) })}
      </p>
    <//>`;
  }
  return html`<${ErrorNotice} error=${failed.error} />`;
}

function TokenForm({ attempt }: { readonly attempt: Attempt }): VNode {
  const { t } = usePortal();
  const [token, setToken] = useState("");
  const [empty, setEmpty] = useState(false);
  const waiting = useWaiting(attempt.waitUntil);
  function submit(event: Event): void {
    event.preventDefault();
    setEmpty(token.trim() === "");
    if (token.trim() !== "" && !waiting && !attempt.busy)
      void attempt.submit({ token: token.trim() });
  }
  return html`<form class="sign-in-form" onSubmit=${submit} novalidate>
    <h2>${t("sign-in.token.title")}</h2>
    <${TextField}
      label=${t("sign-in.token.label")}
      hint=${t("sign-in.token.hint")}
      error=${empty ? t("sign-in.token.empty") : null}
      type="password"
      name="token"
      autocomplete="current-password"
      maxLength=${500}
      value=${token}
      onInput=${setToken}
    />
    <div class="actions">
      <${Button} kind="primary" type="submit" busy=${attempt.busy} disabled=${waiting}
        >${t("sign-in.submit")}<//
      >
    </div>
  </form>`;
}

/** The identity provider, where the platform has one. `error` in the address is what came back from it. */
function Provider(): VNode | null {
  const portal = usePortal();
  const { t, has, api, route } = portal;
  const options = useLoad(
    async (signal) => (await api.call("readSignInOptions", { signal })).body,
    [],
  );
  if (options.error !== null)
    return html`<${ErrorNotice} error=${options.error} onRetry=${options.reload} />`;
  if (options.data?.oidc !== true) return null;
  const start = `/sign-in/oidc?${new URLSearchParams({ return: returnOf(portal) })}`;
  const failed = route.query.get("error");
  const known = `sign-in.oidc.failed.${failed}`;
  return html`<section class="sign-in-form">
    <h2>${t("sign-in.oidc.title")}</h2>
    ${
      failed === null
        ? null
        : html`<${Notice} kind="error" title=${t("sign-in.oidc.failed")}>
            <p>${t(has(known) ? known : "sign-in.oidc.failed.other")}</p>
          <//>`
    }
    <p>${t("sign-in.oidc.text")}</p>
    <div class="actions"><a class="button primary" href=${start}>${t("sign-in.oidc.go")}</a></div>
  </section>`;
}

function AlreadyIn(): VNode {
  const portal = usePortal();
  const { t, me, rich } = portal;
  return html`<${Notice} kind="info">
    <p>${rich("sign-in.already", { name: html`<bdi>${me?.name ?? ""}</bdi>` })}</p>
    <p><a href=${returnOf(portal)}>${t("sign-in.go-on")}</a></p>
  <//>`;
}

/** Takes the code of a sign-in link out of the address and signs in by it; says whether there was one. */
function useLink(attempt: Attempt): boolean {
  const [found, setFound] = useState(() => codeIn(location.hash) !== null);
  useEffect(() => {
    function take(): void {
      const code = codeIn(location.hash);
      if (code === null) return;
      // Before anything else: it is a credential, and would stay in the browser's history.
      history.replaceState(history.state, "", location.pathname + location.search);
      setFound(true);
      void attempt.submit({ code });
    }
    take();
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);
  return found;
}

/** Signing in: by the code of a link, by a token, or by the platform's identity provider. */
export function SignInPage(): VNode {
  const portal = usePortal();
  const { t, me } = portal;
  const attempt = useSignIn(portal);
  const byLink = useLink(attempt) && attempt.failed === null;
  return html`<${Page} title=${t("sign-in.title")}>
    ${
      byLink
        ? html`<p>${t("sign-in.link.busy")}</p>
            <${Spinner} label=${t("sign-in.link.busy")} />`
        : html`<${Failure} attempt=${attempt} />
            ${me === null ? null : html`<${AlreadyIn} />`}
            <${Provider} />
            <${TokenForm} attempt=${attempt} />
            <p class="hint">${t("sign-in.link.hint")}</p>`
    }
  <//>`;
}
