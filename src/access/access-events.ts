/** What is told of who asks. Never a secret, an address of a client, or a person's name. */
export type AccessEvent =
  | {
      /** An event of the tokens topic was taken on; from then on a refused one's token counts for nothing. */
      readonly type: "token.applied";
      /** tokenId */
      readonly key: string;
      readonly offset: number;
      readonly result: "applied" | "deleted" | "refused";
      /** Why it was refused: properties and rules, never values. */
      readonly problems?: readonly string[];
    }
  /** A credential that counts for nothing; `locked`: the address has to wait from now on. */
  | {
      readonly type: "access.refused";
      readonly reason: RefusedCredential;
      readonly locked: boolean;
    }
  /** The OpenID Connect provider can't be asked; what is known of it goes on working. */
  | { readonly type: "oidc.failed"; readonly error: unknown }
  /** Sessions and sign-in links end with this process, and count in no other. */
  | { readonly type: "access.sessions-end-here" };

/** What was wrong with a credential. */
export type RefusedCredential =
  | "unreadable"
  | "token-unknown"
  | "token-expired"
  | "jwt-invalid"
  | "claims"
  | "link-invalid"
  | "link-used";
