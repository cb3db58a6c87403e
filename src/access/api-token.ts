import type { AccessRole } from "./principal.ts";

/** A token of the API, after schemas/api-token.avsc. Times in ms since the epoch. */
export interface ApiToken {
  readonly tokenId: string;
  /** SHA-256 of its secret part, hexadecimal. */
  readonly hash: string;
  readonly name: string;
  readonly role: AccessRole;
  readonly tenantId: string | null;
  /** None: all of its role's. A later version may have written some that are unknown here. */
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
}
