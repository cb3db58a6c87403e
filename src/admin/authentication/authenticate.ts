import type { AccessEvent, RefusedCredential } from "../../access/access-events.ts";
import { principalOfClaims } from "../../access/claims-principal.ts";
import type { ClaimNames } from "../../access/claims-principal.ts";
import type { ApiToken } from "../../access/api-token.ts";
import type { Principal } from "../../access/principal.ts";
import { isAlive, principalOfToken } from "../../access/token-principal.ts";
import type { TokenTable } from "../../access/token-table.ts";
import { isSecretOf, readTokenText, tokenPrefix } from "../../access/token-text.ts";
import { OnhookError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Emit } from "../../runtime/emit.ts";
import type { AskedBy, Authentication } from "../contract/authentication.ts";
import { assertOwnSite } from "./cross-site.ts";
import type { FailedAttempts } from "./failed-attempts.ts";
import type { OidcProvider } from "./oidc-provider.ts";
import type { Sessions } from "./sessions.ts";

export interface CredentialsDeps {
  readonly tokens: Pick<TokenTable, "get" | "caughtUp">;
  /** Null: no JWT counts. */
  readonly provider: Pick<OidcProvider, "claimsOf"> | null;
  readonly claimNames: ClaimNames;
  readonly attempts: FailedAttempts;
  readonly clock: Clock;
  readonly emit: Emit<AccessEvent>;
}

/** What people and programs prove who they are by, other than a session; each that is refused is counted. */
export class Credentials {
  readonly #deps: CredentialsDeps;

  constructor(deps: CredentialsDeps) {
    this.#deps = deps;
  }

  /**
   * Does what may refuse a credential, by giving the reason, for a client that may still try. Rejects with
   * UNAUTHENTICATED or TOO_MANY_ATTEMPTS, and as `work`.
   */
  async tried<T extends object>(
    address: string,
    work: () => Promise<T | RefusedCredential> | T | RefusedCredential,
  ): Promise<T> {
    const { attempts, emit } = this.#deps;
    attempts.assertMayTry(address);
    const outcome = await work();
    if (typeof outcome === "object") return outcome;
    const locked = attempts.failed(address);
    emit({ type: "access.refused", reason: outcome, locked });
    throw new OnhookError("UNAUTHENTICATED");
  }

  /** Whoever sends the header `authorization`. Rejects as `tried`, with ADMIN_NOT_READY, or OIDC_UNREACHABLE. */
  async bearer(authorization: string, address: string): Promise<Principal> {
    return await this.tried(address, () => {
      const [, credential] = /^bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
      if (credential === undefined) return "unreadable";
      if (!credential.startsWith(tokenPrefix)) return this.#principalOfJwt(credential);
      const token = this.token(credential);
      return typeof token === "string" ? token : principalOfToken(token, "token");
    });
  }

  /** The token that this is the whole of; why not, where it is none that counts. Throws ADMIN_NOT_READY. */
  token(text: string): ApiToken | RefusedCredential {
    const { tokens, clock } = this.#deps;
    const read = readTokenText(text);
    if (read === null) return "unreadable";
    // What is not here yet may be there.
    if (!tokens.caughtUp) throw new OnhookError("ADMIN_NOT_READY");
    const token = tokens.get(read.tokenId);
    if (!isSecretOf(read.secret, token?.hash ?? null) || token === undefined)
      return "token-unknown";
    return isAlive(token, clock.now()) ? token : "token-expired";
  }

  async #principalOfJwt(jwt: string): Promise<Principal | RefusedCredential> {
    const { provider, claimNames } = this.#deps;
    if (provider === null) return "unreadable";
    const claims = await provider.claimsOf(jwt);
    if (claims === null) return "jwt-invalid";
    return principalOfClaims(claims, claimNames, "oidc") ?? "claims";
  }
}

/**
 * Who makes a request: by its header `authorization`, or else by the session of a browser. A session needs no counting,
 * nobody can guess one; so an office that somebody keeps trying from can go on working.
 */
export function createAuthentication(
  credentials: Credentials,
  sessions: Sessions,
  publicUrl: string | null,
): Authentication {
  return {
    async authenticate(request: AskedBy) {
      const { headers, address } = request;
      const { authorization } = headers;
      if (authorization !== undefined) return await credentials.bearer(authorization, address);
      const principal = await sessions.principal(headers);
      if (principal !== null) assertOwnSite(request, publicUrl);
      return principal;
    },
  };
}
