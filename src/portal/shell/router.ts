import { routeOf } from "./routes.ts";
import type { Route } from "./routes.ts";

/** Asked before a page is left; false keeps it. */
export type LeaveGuard = () => Promise<boolean>;

export interface Router {
  readonly route: Route;
  /** Goes to an address of the portal, as `href` made it. */
  readonly go: (href: string, options?: { readonly replace?: boolean }) => Promise<void>;
  /** Called after each change with the new route; returns what ends that. */
  readonly subscribe: (listener: (route: Route) => void) => () => void;
  /** Sets what is asked before the page is left; null: nothing. */
  readonly guard: (leave: LeaveGuard | null) => void;
  /** Whether something would be lost. */
  readonly isGuarded: boolean;
}

interface Place {
  readonly index: number;
}

const indexOf = (state: unknown): number => (state as Place | null)?.index ?? 0;

/** What a page is about; the rest of the query tells but how it is looked at. */
const placeOf = ({ pathname, searchParams }: URL): string =>
  JSON.stringify([pathname, searchParams.get("tenant")]);

/** A click that asks for no other tab or window. */
function isPlain(event: MouseEvent): boolean {
  const keys = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !event.defaultPrevented && event.button === 0 && !keys;
}

/** The link that was clicked, where it leads to one of the portal's own pages. */
function ownLink(event: MouseEvent, base: string): HTMLAnchorElement | null {
  const link = (event.target as Element | null)?.closest?.("a[href]");
  if (!isPlain(event) || !(link instanceof HTMLAnchorElement)) return null;
  if (link.target !== "" || link.hasAttribute("download")) return null;
  const { origin, pathname, hash } = new URL(link.href);
  const own = origin === location.origin && (pathname === base || pathname.startsWith(`${base}/`));
  return own && hash === "" ? link : null;
}

/** Has links followed by `go`, and asks before the whole portal is left. */
function listenToPage(base: string, go: (href: string) => unknown, isGuarded: () => boolean): void {
  document.addEventListener("click", (event) => {
    const link = ownLink(event, base);
    if (link === null) return;
    event.preventDefault();
    void go(link.href);
  });
  addEventListener("beforeunload", (event) => {
    if (isGuarded()) event.preventDefault();
  });
}

/** Follows the address of the browser below `base`, `/<locale>/webhooks`; links are plain `<a href>`. */
export function createRouter(base: string): Router {
  let here = new URL(location.href);
  let route = routeOf(here, base);
  let index = indexOf(history.state);
  let leave: LeaveGuard | null = null;
  /** Set while the browser is sent back to where it was, which is no change of the page. */
  let returning = false;
  const listeners = new Set<(route: Route) => void>();
  history.replaceState({ index }, "");
  function changed(to: number): void {
    index = to;
    here = new URL(location.href);
    route = routeOf(here, base);
    for (const listener of listeners) listener(route);
  }
  async function mayLeaveFor(next: URL): Promise<boolean> {
    if (leave === null || placeOf(next) === placeOf(here)) return true;
    const may = await leave();
    if (may) leave = null;
    return may;
  }
  async function go(href: string, { replace = false } = {}): Promise<void> {
    if (!(await mayLeaveFor(new URL(href, location.href)))) return;
    const to = replace ? index : index + 1;
    history[replace ? "replaceState" : "pushState"]({ index: to }, "", href);
    changed(to);
  }
  /** The browser has gone back already: it is sent back to the page until that may be left. */
  async function moved(event: PopStateEvent): Promise<void> {
    // What a link within the page made, not the router, leaves nothing.
    if (returning || event.state === null) {
      returning = false;
      return;
    }
    const [next, distance] = [new URL(location.href), indexOf(event.state) - index];
    if (leave !== null && distance !== 0 && placeOf(next) !== placeOf(here)) {
      returning = true;
      history.go(-distance);
      if (await mayLeaveFor(next)) history.go(distance);
      return;
    }
    changed(indexOf(event.state));
  }
  addEventListener("popstate", (event) => void moved(event));
  listenToPage(base, go, () => leave !== null);
  return {
    get route() {
      return route;
    },
    go,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get isGuarded() {
      return leave !== null;
    },
    guard: (next) => void (leave = next),
  };
}
