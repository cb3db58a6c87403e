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
   * Null where the request carries no credential. Rejects with UNAUTHENTICATED for one that counts for nothing (each of
   * these alike, so that nobody learns why), CROSS_SITE for a session's request that another site made a browser send,
   * TOO_MANY_ATTEMPTS where the address has tried too often; that has `retryAfterSeconds` in its details.
   */
  authenticate(request: AskedBy): Promise<Principal | null>;
}
