import type { IncomingHttpHeaders } from "node:http";

export interface PublicAddressOptions {
  /** admin.publicUrl */
  readonly publicUrl: string | null;
  readonly http: { readonly host: string; readonly port: number };
}

const ownMachine = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Where people reach the portal, without a slash at the end. What a request names as its host counts only where nothing
 * is set and it is this very machine: else whoever sends a request could choose where links lead.
 */
export function publicAddress(
  { publicUrl, http: { host, port } }: PublicAddressOptions,
  headers: IncomingHttpHeaders,
): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, "");
  if (headers.host !== undefined && ownMachine.test(headers.host)) return `http://${headers.host}`;
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

const portalPath = /^\/[a-z]{2}-[A-Z]{2}\/webhooks(?:\/|$)/;

/** A page of the portal that somebody asks to be led to; null where it is none, whatever else it may be. */
export function portalPage(asked: string | null): string | null {
  if (asked === null || asked.length > 2000 || !portalPath.test(asked)) return null;
  const url = URL.parse(asked, "http://portal.invalid");
  if (url === null || url.origin !== "http://portal.invalid" || !portalPath.test(url.pathname))
    return null;
  return `${url.pathname}${url.search}`;
}

/** The language of a page of the portal. */
export function localeOf(page: string): string {
  return /^\/([a-z]{2}-[A-Z]{2})\//.exec(page)?.[1] ?? "en-GB";
}
