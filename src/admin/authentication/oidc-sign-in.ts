import * as openid from "openid-client";
import { z } from "zod";
import type { AccessEvent } from "../../access/access-events.ts";
import { principalOfClaims } from "../../access/claims-principal.ts";
import type { ClaimNames } from "../../access/claims-principal.ts";
import { OnhookError } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Emit } from "../../runtime/emit.ts";
import type { AskedBy, PublicRoute, Redirect } from "../contract/authentication.ts";
import type { OidcProvider } from "./oidc-provider.ts";
import type { OwnCookie } from "./own-cookie.ts";
import { localeOf, portalPage } from "./public-address.ts";
import type { Seals } from "./seals.ts";
import type { Sessions } from "./sessions.ts";

/** Where the portal sends a browser that is to sign in; `?return=` takes a page of the portal. */
export const signInPath = "/sign-in/oidc";
/** The redirect address that the provider has to be told. */
export const callbackPath = "/sign-in/oidc/callback";

/** How long somebody may take to sign in with the provider, in ms. */
const patienceMs = 10 * 60_000;
const homePage = "/en-GB/webhooks";

const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});

type Flow = z.output<typeof flowSchema>;

export interface OidcSignInDeps {
  readonly provider: OidcProvider;
  readonly claimNames: ClaimNames;
  readonly seals: Seals;
  readonly sessions: Sessions;
  /** What is remembered of a sign-in that is under way, in the browser alone. */
  readonly cookie: OwnCookie;
  readonly clock: Clock;
  readonly emit: Emit<AccessEvent>;
  /** Where people reach the portal, by the headers of a request. */
  readonly publicAddress: (headers: AskedBy["headers"]) => string;
}

type Visit = Parameters<PublicRoute["visit"]>[0];

function queryOf({ url }: Visit): URLSearchParams {
  return URL.parse(url, "http://portal.invalid")?.searchParams ?? new URLSearchParams();
}

/** Signing in to the portal by OpenID Connect: authorization code with PKCE, state and nonce (RFC 9700). */
export class OidcSignIn {
  readonly #deps: OidcSignInDeps;

  constructor(deps: OidcSignInDeps) {
    this.#deps = deps;
  }

  get routes(): readonly PublicRoute[] {
    return [
      { path: signInPath, visit: (visit) => this.#begin(visit) },
      { path: callbackPath, visit: (visit) => this.#finish(visit) },
    ];
  }

  async #begin(visit: Visit): Promise<Redirect> {
    const { provider, seals, cookie, clock } = this.#deps;
    const returnTo = portalPage(queryOf(visit).get("return")) ?? homePage;
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const verifier = openid.randomPKCECodeVerifier();
    try {
      const configuration = await provider.configuration();
      const location = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: this.#callback(visit),
        scope: "openid profile",
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      const flow = { state, nonce, verifier, returnTo };
      const sealed = await seals.seal("oidc-sign-in", flow, clock.now() + patienceMs);
      return { location: location.href, cookies: [cookie.set(sealed, patienceMs / 1000)] };
    } catch (error) {
      return this.#sentBack(returnTo, codeOf(error));
    }
  }

  async #finish(visit: Visit): Promise<Redirect> {
    const { seals, cookie, emit } = this.#deps;
    const sealed = cookie.read(visit.headers);
    const opened = sealed === null ? null : await seals.open("oidc-sign-in", sealed);
    const flow = flowSchema.safeParse(opened).data;
    // Nobody has begun here: another site may want to sign this browser in as somebody else.
    if (flow === undefined) return this.#sentBack(homePage, "UNAUTHENTICATED");
    try {
      const session = await this.#session(visit, flow);
      if (session !== null) return { location: flow.returnTo, cookies: [session, cookie.clear()] };
      emit({ type: "access.refused", reason: "claims", locked: false });
      return this.#sentBack(flow.returnTo, "FORBIDDEN");
    } catch (error) {
      return this.#sentBack(flow.returnTo, codeOf(error));
    }
  }

  /** The cookie of the session; null where the claims give no role. Rejects with OIDC_UNREACHABLE or UNAUTHENTICATED. */
  async #session(visit: Visit, flow: Flow): Promise<string | null> {
    const { provider, claimNames, sessions } = this.#deps;
    const configuration = await provider.configuration();
    const url = new URL(this.#callback(visit));
    url.search = queryOf(visit).toString();
    const claims = await this.#granted(configuration, url, flow);
    const principal = principalOfClaims({ ...claims }, claimNames, "session");
    if (principal === null) return null;
    const { id, name, role, tenantId } = principal;
    return await sessions.begin({ by: "oidc", issuer: provider.issuer, id, name, role, tenantId });
  }

  async #granted(
    configuration: openid.Configuration,
    url: URL,
    { state, nonce, verifier }: Flow,
  ): Promise<openid.IDToken> {
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new OnhookError("UNAUTHENTICATED");
      return claims;
    } catch (cause) {
      if (isAway(cause)) throw this.#deps.provider.unreachable(cause);
      // It said no, to us or by way of the browser; or what came by the browser is not what was begun here.
      throw new OnhookError("UNAUTHENTICATED", {}, { cause });
    }
  }

  #callback({ headers }: Visit): string {
    return `${this.#deps.publicAddress(headers)}${callbackPath}`;
  }

  /** To the page of signing in, with the code of what was wrong. */
  #sentBack(page: string, code: ErrorCode): Redirect {
    const location = `/${localeOf(page)}/webhooks/sign-in?error=${code}`;
    return { location, cookies: [this.#deps.cookie.clear()] };
  }
}

function codeOf(error: unknown): ErrorCode {
  if (!(error instanceof OnhookError)) throw error;
  return error.code;
}

const awayCodes: ReadonlySet<string> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
]);

/** Whether the provider could not be asked, or answered nothing that makes sense: a failed fetch is a TypeError. */
function isAway(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return error instanceof openid.ClientError && awayCodes.has(error.code ?? "");
}
