import { OnhookError } from "../errors.ts";

/** What a legal query is made of: all visible ASCII but what RFC 3986 has no place for and `#`. */
const sendableQuery = /^[!$-;=?-~]*$/;

/**
 * Splits an address into the origin to connect to and the path and query to ask for. The query goes out byte for byte
 * where it can: a receiver may have signed it, and the URL parser would rewrite its apostrophes. User, password and
 * fragment are not sent.
 * Throws REQUEST_UNSENDABLE, which does not repeat the text, when it is no http or https address.
 */
export function requestTarget(url: string): { readonly origin: string; readonly path: string } {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) {
    throw new OnhookError("REQUEST_UNSENDABLE", { problem: "its URL is no http or https address" });
  }
  const [address = ""] = url.split("#", 1);
  const start = address.indexOf("?");
  const query = start < 0 ? "" : address.slice(start);
  return {
    origin: parsed.origin,
    path: parsed.pathname + (sendableQuery.test(query) ? query : parsed.search),
  };
}
