import type { ApiToken } from "../access/api-token.ts";
import type { AccessRole, Scope } from "../access/principal.ts";
import { scopes as allScopes } from "../access/principal.ts";
import { isAlive } from "../access/token-principal.ts";
import { scopesOfToken, scopesToGive } from "../access/token-scopes.ts";
import { OnhookError } from "../errors.ts";
import { systemClock } from "../runtime/clock.ts";
import { byCommand } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import { table } from "./table.ts";
import { jsonLine, visible } from "./terminal-text.ts";
import { withTokens } from "./token-session.ts";

export interface TokenCreateOptions {
  readonly name: string;
  readonly role: AccessRole;
  readonly tenant?: string;
  readonly scopes?: readonly Scope[];
  /** Infinity: never. */
  readonly expiresDays: number;
}

const timeOf = (ms: number | null): string => (ms === null ? "never" : new Date(ms).toISOString());

/** `onhook token create`: prints the token itself, and nothing else, on standard output. */
export async function tokenCreate(
  context: CommandContext,
  { name, role, tenant, scopes = [], expiresDays }: TokenCreateOptions,
): Promise<void> {
  // Whoever may run commands may do anything, but a role has no more scopes for that. None named: all, of later versions too.
  if (scopes.length > 0) scopesToGive(new Set(allScopes), role, scopes);
  const tenantId = tenant ?? null;
  const expiresInDays = Number.isFinite(expiresDays) ? expiresDays : null;
  const wanted = { name, role, tenantId, scopes, expiresInDays };
  await withTokens(context, async ({ tokenWriter }) => {
    const { token, text } = await tokenWriter.create(byCommand, wanted, context.stop);
    context.out(text);
    const end = timeOf(token.expiresAt);
    context.err(`onhook: token ${token.tokenId}, expires: ${end}. It is shown this once.`);
  });
}

function shownOf(token: ApiToken): object {
  const { hash: _, createdAt, expiresAt, ...rest } = token;
  return {
    ...rest,
    scopes: scopesOfToken(token),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

function rowOf(token: ApiToken): string[] {
  const { tokenId, role, tenantId, expiresAt, createdBy, name, scopes } = token;
  const end = isAlive(token, systemClock.now()) ? timeOf(expiresAt) : "expired";
  const may = scopes.length === 0 ? "all of the role" : scopesOfToken(token).join(",");
  return [tokenId, role, tenantId ?? "-", end, createdBy, may, name];
}

/** `onhook token list`: one line each, or JSON, the newest first. */
export async function tokenList(
  context: CommandContext,
  { tenant, json = false }: { readonly tenant?: string; readonly json?: boolean },
): Promise<void> {
  await withTokens(context, async ({ tokens }) => {
    const listed = tokens
      .all()
      .filter(({ tenantId }) => tenant === undefined || tenantId === tenant)
      .toSorted((a, b) => b.createdAt - a.createdAt || (a.tokenId < b.tokenId ? -1 : 1));
    const head = ["TOKEN", "ROLE", "TENANT", "EXPIRES", "MADE BY", "SCOPES", "NAME"];
    const lines = json
      ? listed.map((each) => jsonLine(shownOf(each)))
      : table(head, listed.map(rowOf));
    for (const line of lines) context.out(line);
  });
}

/** `onhook token revoke`: from then on it counts for nothing. Rejects with TOKEN_UNKNOWN. */
export async function tokenRevoke(context: CommandContext, tokenId: string): Promise<void> {
  await withTokens(context, async ({ tokens, tokenWriter }) => {
    const token = tokens.get(tokenId);
    if (token === undefined) throw new OnhookError("TOKEN_UNKNOWN", { tokenId: visible(tokenId) });
    await tokenWriter.revoke(byCommand, token, context.stop);
    context.out(`revoked ${tokenId}`);
  });
}
