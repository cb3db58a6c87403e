import type { ApiToken } from "../access/api-token.ts";
import { isAlive } from "../access/token-principal.ts";
import type { TokenTable } from "../access/token-table.ts";
import { newTokenText } from "../access/token-text.ts";
import { InputError, OnhookError } from "../errors.ts";
import type { OutgoingRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { AuditedWriter, Change } from "./audited-writer.ts";
import { InTurn } from "./in-turn.ts";

export interface TokenWriterDeps {
  readonly tokens: Pick<TokenTable, "get" | "all" | "applied">;
  readonly encode: (token: ApiToken) => Buffer;
  readonly topic: string;
  readonly writer: AuditedWriter;
  readonly clock: Clock;
}

/** What somebody wants a token to be. */
export interface WantedToken extends Pick<ApiToken, "name" | "role" | "tenantId" | "scopes"> {
  /** Null: it does not end by itself. */
  readonly expiresInDays: number | null;
}

/** How long a write waits for the table to have it, in ms. */
const patienceMs = 10_000;
const dayMs = 86_400_000;

/** How many tokens count at a time: those of a tenant, and those of the platform, which are bound to none. */
export const mostTokens = { ofTenant: 100, ofPlatform: 1000 } as const;

/** For so long after its end a token is still listed, so that whoever wonders why it is refused finds it. */
const keptMs = 30 * dayMs;
/** How many are cleared away by one write; the next takes on more. */
const mostCleared = 100;

/** Makes and revokes tokens. Each write resolves when the table has it: from then on it counts here. */
export class TokenWriter {
  readonly #deps: TokenWriterDeps;
  /** By tenant: else several at once would each be the last that there is room for. */
  readonly #turns = new InTurn();

  constructor(deps: TokenWriterDeps) {
    this.#deps = deps;
  }

  /**
   * `text` is the whole of it, which is kept nowhere. Rejects with TOKEN_TENANT, TOKENS_EXCEEDED, CONFIG_UNWRITTEN,
   * CONFIG_UNCONFIRMED. Whether `by` may give away such scopes is for the caller to see to.
   */
  async create(
    by: Change["by"],
    wanted: WantedToken,
    signal: AbortSignal,
  ): Promise<{ readonly token: ApiToken; readonly text: string }> {
    return await this.#turns.do(wanted.tenantId ?? "", () => this.#create(by, wanted, signal));
  }

  async #create(
    by: Change["by"],
    wanted: WantedToken,
    signal: AbortSignal,
  ): Promise<{ readonly token: ApiToken; readonly text: string }> {
    const { clock, topic, encode } = this.#deps;
    const { expiresInDays, tenantId, ...rest } = wanted;
    if (rest.role === "tenant-admin" && tenantId === null) {
      const message = "is missing: a tenant-admin belongs to a tenant";
      throw new InputError("TOKEN_TENANT", [{ path: "tenantId", message }]);
    }
    this.#assertRoom(tenantId);
    const { tokenId, text, hash } = this.#unused();
    const createdAt = clock.now();
    const expiresAt = expiresInDays === null ? null : Math.round(createdAt + expiresInDays * dayMs);
    const made = { createdAt, createdBy: by.id, expiresAt };
    const token: ApiToken = { tokenId, hash, tenantId, ...rest, ...made };
    const change: Change = { by, action: "token.created", tenantId, subject: tokenId };
    await this.#write({ topic, key: tokenId, value: encode(token) }, change, signal);
    return { token, text };
  }

  /** Rejects with CONFIG_UNWRITTEN, CONFIG_UNCONFIRMED. */
  async revoke(
    by: Change["by"],
    { tokenId, tenantId }: Pick<ApiToken, "tokenId" | "tenantId">,
    signal: AbortSignal,
  ): Promise<void> {
    const { topic } = this.#deps;
    const change: Change = { by, action: "token.revoked", tenantId, subject: tokenId };
    await this.#write({ topic, key: tokenId, value: null }, change, signal);
  }

  /** An id that is taken would overwrite somebody's token. */
  #unused(): ReturnType<typeof newTokenText> {
    for (;;) {
      const made = newTokenText();
      if (this.#deps.tokens.get(made.tokenId) === undefined) return made;
    }
  }

  #assertRoom(tenantId: string | null): void {
    const { tokens, clock } = this.#deps;
    const limit = tenantId === null ? mostTokens.ofPlatform : mostTokens.ofTenant;
    const counting = tokens
      .all()
      .filter((token) => token.tenantId === tenantId && isAlive(token, clock.now()));
    if (counting.length >= limit) throw new OnhookError("TOKENS_EXCEEDED", { limit });
  }

  /** What clears away tokens that have ended long ago; they let nobody in, so nothing is told of it. */
  #clearing(): readonly OutgoingRecord[] {
    const { tokens, topic, clock } = this.#deps;
    const since = clock.now() - keptMs;
    return tokens
      .all()
      .filter((token) => !isAlive(token, since))
      .slice(0, mostCleared)
      .map(({ tokenId }) => ({ topic, key: tokenId, value: null }));
  }

  async #write(record: OutgoingRecord, change: Change, signal: AbortSignal): Promise<void> {
    const { writer, tokens, topic } = this.#deps;
    const cleared = this.#clearing().filter(({ key }) => key !== record.key);
    const at = (await writer.write([...cleared, record], change)).at(-1);
    if (at === undefined) throw new OnhookError("CONFIG_UNWRITTEN", { topic });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    await tokens.applied(at.offset, limit);
    if (limit.aborted) throw new OnhookError("CONFIG_UNCONFIRMED", { topic, offset: at.offset });
  }
}
