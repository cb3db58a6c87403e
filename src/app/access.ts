import type { ApiToken } from "../access/api-token.ts";
import { TokenTable } from "../access/token-table.ts";
import { Credentials, createAuthentication } from "../admin/authentication/authenticate.ts";
import { FailedAttempts } from "../admin/authentication/failed-attempts.ts";
import { OidcProvider } from "../admin/authentication/oidc-provider.ts";
import { OidcSignIn } from "../admin/authentication/oidc-sign-in.ts";
import { OwnCookie } from "../admin/authentication/own-cookie.ts";
import { publicAddress } from "../admin/authentication/public-address.ts";
import { Seals } from "../admin/authentication/seals.ts";
import { createSessionHandlers } from "../admin/authentication/session-handlers.ts";
import { Sessions } from "../admin/authentication/sessions.ts";
import { SignInLinks } from "../admin/authentication/sign-in-links.ts";
import { createTokenHandlers } from "../admin/authentication/token-handlers.ts";
import type { accessOperations } from "../admin/contract/access-operations.ts";
import type { RecordCodec } from "../avro/record-codec.ts";
import type { Authentication, AskedBy, PublicRoute } from "../admin/contract/authentication.ts";
import type { Handlers } from "../admin/contract/handlers.ts";
import type { AuditedWriter } from "../configuration/audited-writer.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { AdminCodecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { createTableService } from "./table-service.ts";

/** Who asks and what they may do: the admin role's part of it. */
export interface AccessParts {
  readonly authentication: Authentication;
  readonly handlers: Pick<Handlers, keyof typeof accessOperations>;
  /** Signing in by OpenID Connect, where that is set up. */
  readonly publicRoutes: readonly PublicRoute[];
  /** They read the tokens' topic. */
  readonly services: readonly Service[];
  readonly tokens: TokenTable;
}

const hourMs = 3_600_000;

/** Reads the topic of tokens into a table for as long as it runs. */
export function tokenTable(
  { config, clock, emit }: Surroundings,
  { kafka }: Pick<Connections, "kafka">,
  { tokens: codec }: Pick<AdminCodecs, "tokens">,
): { readonly tokens: TokenTable; readonly service: Service } {
  const topic = config.topics.tokens.name;
  const tokens = new TokenTable({ codec, clock, emit });
  const table = { name: "table tokens", topic };
  const service = createTableService({ clock, emit }, { kafka }, table, {
    record: (record) => tokens.apply(record),
    position: (position, end) => tokens.position(position, end),
  });
  return { tokens, service };
}

/** What the rest is made of. */
interface Ground {
  readonly around: Surroundings;
  readonly tokens: TokenTable;
  readonly seals: Seals;
  readonly sessions: Sessions;
  readonly provider: OidcProvider | null;
  /** Whether people come by https. */
  readonly isSecure: boolean;
  readonly publicAddress: (headers: AskedBy["headers"]) => string;
}

function groundOf(around: Surroundings, tokens: TokenTable): Ground {
  const { config, clock, emit } = around;
  const { publicUrl, sessionKey, sessionHours, oidc } = config.admin;
  const { issuer } = oidc;
  const seals = new Seals(sessionKey, clock);
  const isSecure = publicUrl?.startsWith("https://") === true;
  const cookie = new OwnCookie("onhook_session", isSecure);
  const lastsMs = sessionHours * hourMs;
  return {
    around,
    tokens,
    seals,
    sessions: new Sessions({ seals, tokens, clock, cookie, lastsMs, issuer }),
    provider:
      issuer === null ? null : new OidcProvider({ ...oidc, issuer }, { clock, steadyClock, emit }),
    isSecure,
    publicAddress: (headers) => publicAddress({ publicUrl, http: config.http }, headers),
  };
}

function credentialsOf({ around, tokens, provider }: Ground): Credentials {
  const { config, clock, emit } = around;
  const { oidc, failedSignInsPerMinute } = config.admin;
  const attempts = new FailedAttempts(failedSignInsPerMinute, steadyClock);
  return new Credentials({ tokens, provider, claimNames: oidc, attempts, clock, emit });
}

/** Null where the portal does not sign in that way. */
function oidcSignInOf({ around, provider, isSecure, ...ground }: Ground): OidcSignIn | null {
  const { config, clock, emit } = around;
  const { oidc } = config.admin;
  if (provider === null || oidc.clientId === null) return null;
  const cookie = new OwnCookie("onhook_sign_in", isSecure);
  return new OidcSignIn({ ...ground, provider, claimNames: oidc, cookie, clock, emit });
}

/** What finds out who asks, and answers the operations of signing in and of tokens, on a table that somebody else fills. */
export function composeAccess(
  around: Surroundings,
  tokens: TokenTable,
  { tokens: codec }: { readonly tokens: Pick<RecordCodec<ApiToken>, "encode"> },
  writer: AuditedWriter,
): Omit<AccessParts, "services"> {
  const { config, clock, emit } = around;
  const { publicUrl, sessionKey } = config.admin;
  if (sessionKey === null) emit({ type: "access.sessions-end-here" });
  const ground = groundOf(around, tokens);
  const { sessions, seals } = ground;
  const credentials = credentialsOf(ground);
  const signIn = oidcSignInOf(ground);
  const links = new SignInLinks(seals, clock);
  const encode = (token: ApiToken): Buffer => codec.encode(token);
  const topic = config.topics.tokens.name;
  const oidc = signIn !== null;
  return {
    authentication: createAuthentication(credentials, sessions, publicUrl),
    handlers: {
      ...createSessionHandlers({ ...ground, credentials, links, writer, oidc, publicUrl }),
      ...createTokenHandlers({ tokens, encode, topic, writer, clock }),
    },
    publicRoutes: signIn?.routes ?? [],
    tokens,
  };
}

/** Makes the admin role's part of who asks and what they may do. */
export function createAccess(
  around: Surroundings,
  connections: Pick<Connections, "kafka">,
  codecs: Pick<AdminCodecs, "tokens">,
  writer: AuditedWriter,
): AccessParts {
  const { tokens, service } = tokenTable(around, connections, codecs);
  return { ...composeAccess(around, tokens, codecs, writer), services: [service] };
}
