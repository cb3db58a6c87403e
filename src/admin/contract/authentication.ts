import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "../../access/principal.ts";

/** A request as far as it tells who makes it. */
export interface AskedBy {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Address of the client, behind the proxies that are trusted. */
  readonly address: string;
}

/** Port: finds out who makes a request. */
export interface Authentication {
  /**
   * Null where the request carries no credential, or but the cookie of a session that is over: a browser keeps sending
   * that, and has to be able to sign in anew. Rejects with UNAUTHENTICATED for another one that counts for nothing (each
   * of these alike, so that nobody learns why), CROSS_SITE for a session's request that another site made a browser send,
   * TOO_MANY_ATTEMPTS where the address has tried too often; that has `retryAfterSeconds` in its details. What passes:
   * ADMIN_NOT_READY, OIDC_UNREACHABLE.
   */
  authenticate(request: AskedBy): Promise<Principal | null>;
}

/** An address below the root that a browser is sent to on its way in, with GET; no operation of the API. */
export interface PublicRoute {
  readonly path: string;
  /** `url`: path and query as they were asked for. Answered with 302; it never rejects for what a browser sends. */
  visit(request: AskedBy & { readonly url: string }): Promise<Redirect>;
}

export interface Redirect {
  readonly location: string;
  /** Values of `set-cookie`. */
  readonly cookies: readonly string[];
}
