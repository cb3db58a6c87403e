import { OnhookError } from "../../errors.ts";
import type { AskedBy } from "../contract/authentication.ts";

const harmless: ReadonlySet<string> = new Set(["GET", "HEAD"]);

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function isOwn(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  const from = URL.parse(origin);
  // `null`, which browsers send for pages without an origin, is no address either.
  if (from === null) return false;
  if (publicUrl !== null && from.origin === new URL(publicUrl).origin) return true;
  return host !== undefined && from.host === host.toLowerCase();
}

/**
 * Throws CROSS_SITE where a browser says that a page of another site had it make a request that changes something.
 * Every browser of today says so by Sec-Fetch-Site or Origin; what sends neither is no browser, and nobody can make it
 * send a cookie. After Go's http.CrossOriginProtection, and https://web.dev/articles/fetch-metadata.
 */
export function assertOwnSite({ method, headers }: AskedBy, publicUrl: string | null): void {
  if (harmless.has(method)) return;
  const site = first(headers["sec-fetch-site"]);
  const { origin, host } = headers;
  const bySite = site === undefined || site === "same-origin" || site === "none";
  const byOrigin = origin === undefined || isOwn(origin, host, publicUrl);
  if (!bySite || !byOrigin) throw new OnhookError("CROSS_SITE");
}
