import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Me } from "../../admin/contract/access.ts";
import { createApi } from "../api/client.ts";
import type { OperationTable } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import type { Formats } from "../i18n/formats.ts";
import type { Translator } from "../i18n/translate.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Spinner } from "../ui/spinner.ts";
import { Frame } from "./frame.ts";
import { PortalContext } from "./portal.ts";
import type { Portal, Query, ToastKind } from "./portal.ts";
import type { Router } from "./router.ts";
import type { Toast } from "./toasts.ts";

export interface AppProps {
  readonly router: Router;
  readonly operations: OperationTable;
  readonly translator: Translator;
  readonly formats: Formats;
  readonly locale: string;
  readonly locales: readonly string[];
  /** `/<locale>/webhooks` */
  readonly base: string;
}

const toastMs = 8000;

function useToasts(announce: (text: string) => void) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const close = useCallback((id: number) => {
    setToasts((before) => before.filter((toast) => toast.id !== id));
  }, []);
  const toast = useCallback((text: string, kind: ToastKind = "info") => {
    last.current += 1;
    const id = last.current;
    setToasts((before) => [...before.slice(-2), { id, text, kind }]);
    announce(text);
    setTimeout(() => close(id), toastMs);
  }, []);
  return { toasts, toast, close };
}

/** Reads who is signed in; `ended` tells that a session which there was is over. */
function useSession(props: AppProps, tenantId: () => string | null) {
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const [ended, setEnded] = useState(false);
  const [reached, setReached] = useState(true);
  const [failure, setFailure] = useState<Error | null>(null);
  const api = useMemo(
    () =>
      createApi({
        operations: props.operations,
        tenantId,
        onSignedOut: () => {
          setMe((before) => before ?? null);
          setEnded(true);
        },
        onReached: setReached,
      }),
    [],
  );
  const reload = useCallback(async (): Promise<void> => {
    try {
      const { body } = await api.call("readMe");
      setMe(body);
      setEnded(false);
      setFailure(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Not signed in is told by the client already, and not reached by the frame, which tries again.
      setFailure(error.status === 401 ? null : error);
    }
  }, []);
  useEffect(() => void reload(), []);
  return { api, me, ended, reached, failure, reload };
}

/** `href` of the portal: keeps the tenant that is looked at in the address, for those who look after many. */
export function hrefOf(base: string, path: string, query: Query, tenantId: string | null): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") asked.set(name, value);
  if (tenantId !== null && !("tenant" in query)) asked.set("tenant", tenantId);
  const where = path === "" ? base : `${base}/${path}`;
  return asked.size > 0 ? `${where}?${asked}` : where;
}

/** Before it is known who is signed in; with what went wrong where that could not be read. */
function Waiting(props: {
  readonly failure: Error | null;
  readonly onRetry: () => Promise<void>;
}): VNode {
  if (props.failure === null) return html`<${Spinner} />`;
  return html`<main><${ErrorNotice} error=${props.failure} onRetry=${props.onRetry} /></main>`;
}

/** The portal: who is signed in, where one is, and what is said to everybody. */
export function App(props: AppProps): VNode {
  const { router, translator, formats, locale, locales, base } = props;
  const [route, setRoute] = useState(router.route);
  const [spoken, setSpoken] = useState("");
  // The same text twice is a change only where something lies between.
  const announce = useCallback((text: string) => {
    setSpoken("");
    setTimeout(() => setSpoken(text), 50);
  }, []);
  const { toasts, toast, close } = useToasts(announce);
  const tenantRef = useRef<string | null>(null);
  const session = useSession(props, () => tenantRef.current);
  const { api, me: known, ended, reached, failure, reload } = session;
  useEffect(() => router.subscribe(setRoute), []);
  // What is not saved yet stays on the page while one signs in anew elsewhere.
  const unsaved = ended && router.isGuarded;
  const me = ended && !unsaved ? null : known;

  const chosen = me?.tenantId === null ? route.query.get("tenant") : null;
  const tenantId = me?.tenantId ?? chosen;
  tenantRef.current = tenantId;
  const portal = useMemo<Portal>(
    () => ({
      ...translator,
      locale,
      locales,
      formats,
      api,
      route,
      me: me ?? null,
      tenantId,
      can: (scope) => me?.scopes.includes(scope) ?? false,
      href: (path, query = {}) => hrefOf(base, path, query, chosen),
      go: (href, options) => router.go(href, options),
      guard: (leave) => router.guard(leave),
      toast,
      announce,
      reloadSession: reload,
    }),
    [route, me, tenantId],
  );
  const frame = html`<${Frame}
    reached=${reached}
    unsaved=${unsaved}
    spoken=${spoken}
    toasts=${toasts}
    closeToast=${close}
  />`;
  const waiting = me === undefined && reached;
  return html`<${PortalContext.Provider} value=${portal}>
    ${waiting ? html`<${Waiting} failure=${failure} onRetry=${reload} />` : frame}
  <//>`;
}
