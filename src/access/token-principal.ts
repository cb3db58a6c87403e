import type { ApiToken } from "./api-token.ts";
import type { Credential, Principal } from "./principal.ts";
import { scopesOfToken } from "./token-scopes.ts";

/** Whether it counts at that time, ms since the epoch. */
export function isAlive({ expiresAt }: Pick<ApiToken, "expiresAt">, now: number): boolean {
  return expiresAt === null || now < expiresAt;
}

/** Whoever has the token. */
export function principalOfToken(token: ApiToken, credential: Credential): Principal {
  const { tokenId, name, role, tenantId } = token;
  return {
    id: tokenPrincipalId(tokenId),
    name,
    role,
    tenantId,
    scopes: new Set(scopesOfToken(token)),
    credential,
  };
}

const prefix = "token:";

export function tokenPrincipalId(tokenId: string): string {
  return `${prefix}${tokenId}`;
}

/** The token that somebody came by; null: they came in another way. */
export function tokenIdOf({ id }: Pick<Principal, "id">): string | null {
  return id.startsWith(prefix) ? id.slice(prefix.length) : null;
}
