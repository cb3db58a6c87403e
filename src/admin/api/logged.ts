import { createHash } from "node:crypto";
import type { Principal } from "../../access/principal.ts";

/** As long as an id of a tenant may be. */
const longestTenant = 200;

const oidc = "oidc:";

/** Who asked, for the log: providers give their people any id, an e-mail address too, so that theirs is told as a hash. */
export function loggedPrincipal({ id }: Pick<Principal, "id">): string {
  if (!id.startsWith(oidc)) return id;
  const hash = createHash("sha256").update(id.slice(oidc.length)).digest("hex");
  return `${oidc}sha256-${hash.slice(0, 16)}`;
}

/** The tenant that the path names, for the log; null where nobody that may know of it has asked: it may be any text then. */
export function loggedTenant(
  principal: Pick<Principal, "tenantId"> | null,
  tenantId: string | null,
): string | null {
  if (principal === null || tenantId === null || tenantId.length > longestTenant) return null;
  return principal.tenantId === null || principal.tenantId === tenantId ? tenantId : null;
}
