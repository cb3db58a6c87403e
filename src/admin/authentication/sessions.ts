import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { accessRoles, scopesOfLink, scopesOfRole } from "../../access/principal.ts";
import type { Principal } from "../../access/principal.ts";
import { isAlive, principalOfToken } from "../../access/token-principal.ts";
import type { TokenTable } from "../../access/token-table.ts";
import { OnhookError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { OwnCookie } from "./own-cookie.ts";
import { RecentIds } from "./recent-ids.ts";
import type { Seals } from "./seals.ts";

/** Whose session it is. Of a token only its id: what it may do is looked up each time. */
const ownerSchema = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("token"), tokenId: z.string() }),
  z.strictObject({
    by: z.literal("link"),
    linkId: z.string(),
    name: z.string(),
    tenantId: z.string().min(1),
    /** The token that vouched for it; null: somebody else did. */
    madeBy: z.string().nullable(),
  }),
  z
    .strictObject({
      by: z.literal("oidc"),
      issuer: z.string(),
      id: z.string(),
      name: z.string(),
      role: z.enum(accessRoles),
      tenantId: z.string().min(1).nullable(),
    })
    .refine(({ role, tenantId }) => role !== "tenant-admin" || tenantId !== null),
]);
export type SessionOwner = z.output<typeof ownerSchema>;

const sessionSchema = z.object({ jti: z.string(), exp: z.number(), owner: ownerSchema });

export interface SessionsDeps {
  readonly seals: Seals;
  readonly tokens: Pick<TokenTable, "get" | "caughtUp">;
  readonly cookie: OwnCookie;
  readonly clock: Clock;
  /** How long one lasts, in ms. */
  readonly lastsMs: number;
  /** The provider whose sessions count; null: none does. */
  readonly issuer: string | null;
}

/** Each has been signed out of by somebody who was signed in. */
const mostEnded = 100_000;

/** Sessions of browsers: what is known of each stands in its cookie, so that every process knows it. */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #ended: RecentIds;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#ended = new RecentIds(mostEnded, deps.clock);
  }

  /** A value of `set-cookie`. `until`: when what it came by ends, ms since the epoch; null: by no time of its own. */
  async begin(owner: SessionOwner, until: number | null = null): Promise<string> {
    const { seals, cookie, clock, lastsMs } = this.#deps;
    const now = clock.now();
    const expiresAt = Math.min(now + lastsMs, until ?? Infinity);
    const sealed = await seals.seal("session", { jti: randomUUID(), owner }, expiresAt);
    return cookie.set(sealed, (expiresAt - now) / 1000);
  }

  /** Whose session the request is of; null where it is of none that goes on. Rejects with ADMIN_NOT_READY. */
  async principal(headers: IncomingHttpHeaders): Promise<Principal | null> {
    const session = await this.#read(headers);
    return session === null ? null : this.principalOf(session.owner);
  }

  /** Null where what it came by has ended meanwhile. Throws ADMIN_NOT_READY. */
  principalOf(owner: SessionOwner): Principal | null {
    if (owner.by === "token") {
      const token = this.#alive(owner.tokenId);
      return token === null ? null : principalOfToken(token, "session");
    }
    if (owner.by === "link") {
      if (owner.madeBy !== null && this.#alive(owner.madeBy) === null) return null;
      const { linkId, name, tenantId } = owner;
      const scopes = new Set(scopesOfLink);
      const id = `link:${linkId}`;
      return { id, name, role: "tenant-admin", tenantId, scopes, credential: "session" };
    }
    const { issuer, id, name, role, tenantId } = owner;
    if (issuer !== this.#deps.issuer) return null;
    return { id, name, role, tenantId, scopes: new Set(scopesOfRole[role]), credential: "session" };
  }

  /** Ends the request's session, in this process, whoever has copied the cookie. A value of `set-cookie`. */
  async end(headers: IncomingHttpHeaders): Promise<string> {
    const session = await this.#read(headers);
    if (session !== null) this.#ended.add(session.jti, session.exp * 1000);
    return this.#deps.cookie.clear();
  }

  #alive(tokenId: string) {
    const { tokens, clock } = this.#deps;
    if (!tokens.caughtUp) throw new OnhookError("ADMIN_NOT_READY");
    const token = tokens.get(tokenId);
    return token !== undefined && isAlive(token, clock.now()) ? token : null;
  }

  async #read(headers: IncomingHttpHeaders): Promise<z.output<typeof sessionSchema> | null> {
    const { seals, cookie } = this.#deps;
    const sealed = cookie.read(headers);
    const opened = sealed === null ? null : await seals.open("session", sealed);
    const session = sessionSchema.safeParse(opened).data;
    return session === undefined || this.#ended.has(session.jti) ? null : session;
  }
}
