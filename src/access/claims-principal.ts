import { accessRoles, scopesOfRole } from "./principal.ts";
import type { AccessRole, Credential, Principal } from "./principal.ts";

/** Claims of a JWT whose signature was checked; whoever runs the provider chooses their shape. */
export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimNames {
  /** Dots lead into objects; a claim that has the whole as its name comes first. */
  readonly roleClaim: string;
  readonly tenantClaim: string;
}

const longestSubject = 255;
const longestName = 200;
const longestTenant = 200;

function own(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Claims)[name];
}

/** Undefined where there is none. */
export function claimAt(claims: Claims, path: string): unknown {
  // Some providers put an address before the name, so that the name itself has dots.
  const whole = own(claims, path);
  if (whole !== undefined) return whole;
  return path.split(".").reduce<unknown>((value, name) => own(value, name), claims);
}

/** The one role that is named; null where none is, or several are: nobody can tell which was meant. */
function roleOf(claim: unknown): AccessRole | null {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const roles = new Set(accessRoles.filter((role) => named.includes(role)));
  const [role = null] = roles;
  return roles.size === 1 ? role : null;
}

/** Undefined where the claim is of a shape that nobody can make sense of; null where there is none. */
function tenantOf(claim: unknown): string | null | undefined {
  if (claim === undefined || claim === null) return null;
  const named: unknown = Array.isArray(claim) && claim.length === 1 ? claim[0] : claim;
  if (typeof named !== "string" || named === "" || named.length > longestTenant) return undefined;
  return named;
}

function nameOf(claims: Claims, subject: string): string {
  const named = ["name", "preferred_username", "email"]
    .map((claim) => own(claims, claim))
    .find((value): value is string => typeof value === "string" && value.trim() !== "");
  return (named ?? subject).replaceAll(/\p{Cc}/gu, " ").slice(0, longestName);
}

/**
 * Whoever the claims are about; null where they give no role, or not the tenant that it needs. A claim that can't be made
 * sense of never counts as one that is not there: that could make more of somebody than was meant.
 */
export function principalOfClaims(
  claims: Claims,
  { roleClaim, tenantClaim }: ClaimNames,
  credential: Credential,
): Principal | null {
  const subject = own(claims, "sub");
  const role = roleOf(claimAt(claims, roleClaim));
  const tenantId = tenantOf(claimAt(claims, tenantClaim));
  if (typeof subject !== "string" || subject === "" || subject.length > longestSubject) return null;
  if (role === null || tenantId === undefined) return null;
  if (role === "tenant-admin" && tenantId === null) return null;
  return {
    id: `oidc:${subject}`,
    name: nameOf(claims, subject),
    role,
    tenantId,
    scopes: new Set(scopesOfRole[role]),
    credential,
  };
}
