import type { Principal } from "../../access/principal.ts";
import { permissionOf } from "../../access/principal.ts";
import type { AuditedWriter } from "../../configuration/audited-writer.ts";
import { OnhookError } from "../../errors.ts";
import type { Me } from "../contract/access.ts";
import type { AskedBy } from "../contract/authentication.ts";
import type { Handlers, RequestContext } from "../contract/handlers.ts";
import type { Credentials } from "./authenticate.ts";
import { assertOwnSite } from "./cross-site.ts";
import type { SessionOwner, Sessions } from "./sessions.ts";
import type { SignInLinks } from "./sign-in-links.ts";

export interface SessionHandlersDeps {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly writer: AuditedWriter;
  /** Whether the portal signs in by OpenID Connect. */
  readonly oidc: boolean;
  readonly publicUrl: string | null;
  readonly publicAddress: (headers: AskedBy["headers"]) => string;
}

type SessionOperations = "readMe" | "readSignInOptions" | "signIn" | "signOut" | "createSignInLink";

/** Whoever asks. Throws UNAUTHENTICATED where that is nobody. */
export function asker({ principal }: Pick<RequestContext, "principal">): Principal {
  if (principal === null) throw new OnhookError("UNAUTHENTICATED");
  return principal;
}

function shown({ scopes, ...principal }: Principal): Me {
  return { ...principal, scopes: [...scopes] };
}

interface SignedIn {
  readonly owner: SessionOwner;
  readonly until: number | null;
}

/** Signing in and out, and the links that sign somebody in. */
export function createSessionHandlers(
  deps: SessionHandlersDeps,
): Pick<Handlers, SessionOperations> {
  const { credentials, sessions, links, writer, publicUrl } = deps;

  function signedIn(
    given: { readonly token: string } | { readonly code: string },
    address: string,
  ): Promise<SignedIn> {
    return credentials.tried<SignedIn>(address, async () => {
      if ("token" in given) {
        const token = credentials.token(given.token);
        if (typeof token === "string") return token;
        return { owner: { by: "token", tokenId: token.tokenId }, until: token.expiresAt };
      }
      const owner = await links.redeem(given.code);
      return typeof owner === "string" ? owner : { owner, until: null };
    });
  }

  return {
    readMe: async (_, context) => ({ body: shown(asker(context)) }),
    readSignInOptions: async () => ({ body: { oidc: deps.oidc } }),
    async signIn({ body }, { asked }) {
      // Else a page of somebody else's could sign a browser in as them, and see what is set up there.
      assertOwnSite(asked, publicUrl);
      const { owner, until } = await signedIn(body, asked.address);
      const principal = sessions.principalOf(owner);
      // What it came by has ended: a link whose maker's token was revoked.
      if (principal === null) throw new OnhookError("UNAUTHENTICATED");
      return { body: shown(principal), cookies: [await sessions.begin(owner, until)] };
    },
    async signOut(_, { asked }) {
      assertOwnSite(asked, publicUrl);
      return { body: undefined, cookies: [await sessions.end(asked.headers)] };
    },
    async createSignInLink({ body }, context) {
      const by = asker(context);
      const { tenantId, name, locale, validSeconds } = body;
      if (permissionOf(by, "tokens:write", tenantId) === "unknown")
        throw new OnhookError("NOT_FOUND");
      const { linkId, code, expiresAt } = await links.make({ tenantId, name }, by, validSeconds);
      await writer.write([], { by, action: "sign-in-link.created", tenantId, subject: linkId });
      const page = `${deps.publicAddress(context.asked.headers)}/${locale}/webhooks/sign-in`;
      // Behind the hash: no proxy and no server writes it into a log.
      const url = `${page}#code=${code}`;
      return { body: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  };
}
