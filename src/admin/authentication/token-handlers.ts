import type { z } from "zod";
import type { ApiToken } from "../../access/api-token.ts";
import { lastTime } from "../../access/check-token.ts";
import type { Principal, Scope } from "../../access/principal.ts";
import { scopesOfToken, scopesToGive } from "../../access/token-scopes.ts";
import type { TokenTable } from "../../access/token-table.ts";
import { TokenWriter } from "../../configuration/token-writer.ts";
import type { TokenWriterDeps, WantedToken } from "../../configuration/token-writer.ts";
import { OnhookError } from "../../errors.ts";
import { toldTime } from "../../explaining/told-time.ts";
import type { CreatedToken, Token } from "../contract/access.ts";
import { pageOf } from "../configuration/pages.ts";
import type { Listing } from "../configuration/pages.ts";
import type { Handlers } from "../contract/handlers.ts";
import type { pageQuery } from "../contract/shapes.ts";
import { asker } from "./session-handlers.ts";

export interface TokenHandlersDeps extends TokenWriterDeps {
  readonly tokens: Pick<TokenTable, "get" | "all" | "applied">;
}

type TokenOperations =
  | "listTokens"
  | "createToken"
  | "revokeToken"
  | "listTenantTokens"
  | "createTenantToken"
  | "revokeTenantToken";

type Wanted = WantedToken & { readonly scopes: readonly Scope[] };

function shown(token: ApiToken): Token {
  const { tokenId, name, role, tenantId, createdAt, createdBy, expiresAt } = token;
  return {
    tokenId,
    name,
    role,
    tenantId,
    scopes: scopesOfToken(token),
    createdAt: toldTime(createdAt),
    createdBy,
    expiresAt: expiresAt === null ? null : toldTime(expiresAt),
  };
}

/** The newest first; as many digits as the latest time that there is. */
const order = {
  keyOf: ({ createdAt, tokenId }) => [String(lastTime - createdAt).padStart(15, "0"), tokenId],
  keyParts: 2,
} satisfies Partial<Listing<ApiToken>>;

/** Those of a tenant; undefined: all. */
async function pageOfTokens(
  tokens: Iterable<ApiToken>,
  of: string | undefined,
  query: z.output<typeof pageQuery>,
  signal: AbortSignal,
): Promise<{ items: Token[]; nextCursor: string | null }> {
  const isWanted = ({ tenantId }: ApiToken): boolean => of === undefined || tenantId === of;
  const listing = { ...order, list: ["tokens", of], isWanted };
  const { items, nextCursor } = await pageOf(tokens, listing, query, signal);
  return { items: items.map(shown), nextCursor };
}

/** Making, listing and revoking of tokens. */
export function createTokenHandlers(deps: TokenHandlersDeps): Pick<Handlers, TokenOperations> {
  const { tokens } = deps;
  const tokenWriter = new TokenWriter(deps);

  async function create(by: Principal, wanted: Wanted, signal: AbortSignal): Promise<CreatedToken> {
    const scopes = scopesToGive(by.scopes, wanted.role, wanted.scopes);
    const { token, text } = await tokenWriter.create(by, { ...wanted, scopes }, signal);
    return { ...shown(token), secret: text };
  }

  /** The token, where it is of that tenant. Throws NOT_FOUND where there is none such. */
  function tokenOf(tenantId: string, tokenId: string): ApiToken {
    const token = tokens.get(tokenId);
    if (token?.tenantId !== tenantId) throw new OnhookError("NOT_FOUND");
    return token;
  }

  return {
    listTokens: async ({ query }, { signal }) => ({
      body: await pageOfTokens(tokens.all(), undefined, query, signal),
    }),
    async createToken({ body }, context) {
      const made = await create(asker(context), body, context.signal);
      return { body: made, location: `/tokens/${made.tokenId}` };
    },
    async revokeToken({ params: { tokenId } }, context) {
      const token = tokens.get(tokenId);
      if (token === undefined) throw new OnhookError("NOT_FOUND");
      await tokenWriter.revoke(asker(context), token, context.signal);
      return { body: undefined };
    },
    listTenantTokens: async ({ params: { tenantId }, query }, { signal }) => ({
      body: await pageOfTokens(tokens.all(), tenantId, query, signal),
    }),
    async createTenantToken({ body, params: { tenantId } }, context) {
      const wanted: Wanted = { ...body, role: "tenant-admin", tenantId };
      const made = await create(asker(context), wanted, context.signal);
      const location = `/tenants/${encodeURIComponent(tenantId)}/tokens/${made.tokenId}`;
      return { body: made, location };
    },
    async revokeTenantToken({ params: { tenantId, tokenId } }, context) {
      const token = tokenOf(tenantId, tokenId);
      await tokenWriter.revoke(asker(context), token, context.signal);
      return { body: undefined };
    },
  };
}
