import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Principal } from "../../access/principal.ts";
import { tokenIdOf } from "../../access/token-principal.ts";
import type { Clock } from "../../runtime/clock.ts";
import { RecentIds } from "./recent-ids.ts";
import type { Seals } from "./seals.ts";
import type { SessionOwner } from "./sessions.ts";

const codeSchema = z.object({
  exp: z.number(),
  linkId: z.string(),
  name: z.string(),
  tenantId: z.string(),
  madeBy: z.string().nullable(),
});

export interface NewLink {
  readonly linkId: string;
  readonly code: string;
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

/** Each was made by somebody who may, and used. */
const mostUsed = 100_000;

/** Codes that sign a tenant's administrator in, once in each process: Kafka has nothing that two could take turns by. */
export class SignInLinks {
  readonly #seals: Seals;
  readonly #clock: Clock;
  readonly #used: RecentIds;

  constructor(seals: Seals, clock: Clock) {
    this.#seals = seals;
    this.#clock = clock;
    this.#used = new RecentIds(mostUsed, clock);
  }

  async make(
    { tenantId, name }: { readonly tenantId: string; readonly name: string },
    maker: Pick<Principal, "id">,
    validSeconds: number,
  ): Promise<NewLink> {
    const linkId = randomUUID();
    const expiresAt = this.#clock.now() + validSeconds * 1000;
    const claims = { linkId, name, tenantId, madeBy: tokenIdOf(maker) };
    return { linkId, code: await this.#seals.seal("sign-in-link", claims, expiresAt), expiresAt };
  }

  /** Who is signed in by it; what else it is where it signs nobody in. */
  async redeem(code: string): Promise<SessionOwner | "link-invalid" | "link-used"> {
    const read = codeSchema.safeParse(await this.#seals.open("sign-in-link", code)).data;
    if (read === undefined) return "link-invalid";
    const { exp, ...link } = read;
    return this.#used.add(link.linkId, exp * 1000) ? { by: "link", ...link } : "link-used";
  }
}
