import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Me } from "../../admin/contract/access.ts";
import type { Api } from "../api/client.ts";
import type { Formats } from "../i18n/formats.ts";
import type { Translator } from "../i18n/translate.ts";
import type { LeaveGuard } from "./router.ts";
import type { Route } from "./routes.ts";

export type Scope = Me["scopes"][number];
export type ToastKind = "info" | "success" | "error";
export type Query = Readonly<Record<string, string | null | undefined>>;

/** What every page can use. */
export interface Portal extends Translator {
  readonly locale: string;
  readonly locales: readonly string[];
  readonly formats: Formats;
  readonly api: Api;
  readonly route: Route;
  /** Null where nobody is signed in: only on the page for that. */
  readonly me: Me | null;
  /** The tenant that is looked at; null: none is chosen. */
  readonly tenantId: string | null;
  /** Whether whoever is signed in has a scope. */
  readonly can: (scope: Scope) => boolean;
  /** The address of a page: `href("calls")`, `href("")`; keeps the tenant that is looked at. */
  readonly href: (path: string, query?: Query) => string;
  /** Goes to an address that `href` made. */
  readonly go: (href: string, options?: { readonly replace?: boolean }) => Promise<void>;
  /** Asks before the page is left; null: does not. */
  readonly guard: (leave: LeaveGuard | null) => void;
  /** Shows a short message for a while, and has it read out. */
  readonly toast: (text: string, kind?: ToastKind) => void;
  /** Has a text read out, without showing it. */
  readonly announce: (text: string) => void;
  /** Reads anew who is signed in, as after signing in. */
  readonly reloadSession: () => Promise<void>;
}

export const PortalContext = createContext<Portal | null>(null);

/** Of the page around; throws outside of one. */
export function usePortal(): Portal {
  const portal = useContext(PortalContext);
  if (portal === null) throw new TypeError("usePortal outside of the portal");
  return portal;
}
