import { InputError, OnhookError } from "../errors.ts";
import type { ApiToken } from "./api-token.ts";
import { scopesOfRole } from "./principal.ts";
import type { AccessRole, Scope } from "./principal.ts";

/**
 * What a token may do now: what it was given, of what its role has in this version. One that was given nothing that its
 * role has may do nothing; only one that names no scope at all may do everything that its role may.
 */
export function scopesOfToken({ role, scopes }: Pick<ApiToken, "role" | "scopes">): Scope[] {
  return scopesOfRole[role].filter((scope) => scopes.length === 0 || scopes.includes(scope));
}

/**
 * The scopes that somebody gives a token of a role: never more than they have themselves, so that a token can't be
 * exchanged for a mightier one. None are wanted: all that both have. They are written out, so that a later version's
 * new scopes don't come to it by themselves.
 * Throws TOKEN_SCOPE for one that the role does not have, FORBIDDEN for one that they lack, or when nothing is left.
 */
export function scopesToGive(
  maker: ReadonlySet<Scope>,
  role: AccessRole,
  wanted: readonly Scope[],
): readonly Scope[] {
  const ofRole: readonly Scope[] = scopesOfRole[role];
  const foreign = wanted.findIndex((scope) => !ofRole.includes(scope));
  if (foreign >= 0) {
    const [path, scope] = [`scopes[${foreign}]`, wanted[foreign] ?? ""];
    const message = `is none of the role ${role}`;
    throw new InputError("TOKEN_SCOPE", [{ path, message }], { role, scope });
  }
  const lacking = wanted.find((scope) => !maker.has(scope));
  if (lacking !== undefined) throw new OnhookError("FORBIDDEN", { scope: lacking });
  const given = ofRole.filter((scope) =>
    wanted.length === 0 ? maker.has(scope) : wanted.includes(scope),
  );
  const [first] = ofRole;
  if (given.length === 0 && first !== undefined)
    throw new OnhookError("FORBIDDEN", { scope: first });
  return given;
}
