import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { CompactJWSHeaderParameters, FlattenedJWSInput, RemoteJWKSet } from "jose";
import * as openid from "openid-client";
import type { AccessEvent } from "../../access/access-events.ts";
import type { Claims } from "../../access/claims-principal.ts";
import { OnhookError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Emit } from "../../runtime/emit.ts";
import { SingleFlight } from "../../runtime/single-flight.ts";

export interface OidcProviderOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

export interface OidcProviderDeps {
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly emit: Emit<AccessEvent>;
}

/** Known to the provider alone: with one that both know, whoever can check tokens could make them. */
const asymmetric = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

const timeoutMs = 5000;
/** Clocks of two machines differ. */
const toleranceSeconds = 10;
/** So often keys are read again, so that one that was withdrawn counts no longer. */
const keysAgeMs = 10 * 60_000;
/** For so long after a failure the provider is not asked again. */
const restMs = 5000;

interface Known {
  readonly configuration: openid.Configuration;
  readonly issuer: string;
  readonly keys: RemoteJWKSet;
}

/** What is wrong with the token itself, and not with the provider. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * The OpenID Connect provider. It is asked when it is needed first, so that the service starts without it; what it said is
 * kept, so that it goes on without it.
 */
export class OidcProvider {
  readonly #options: OidcProviderOptions;
  readonly #deps: OidcProviderDeps;
  readonly #flight = new SingleFlight<"discovery" | "keys", void>();
  #known: Known | null = null;
  #keysReadAt = -Infinity;
  #failure: { readonly at: number; readonly error: OnhookError } | null = null;

  constructor(options: OidcProviderOptions, deps: OidcProviderDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  /** For signing in by the portal. Rejects with OIDC_UNREACHABLE. */
  async configuration(): Promise<openid.Configuration> {
    return (await this.#discovered()).configuration;
  }

  /** The claims of a JWT of this provider, for us, in its time; null: it is none. Rejects with OIDC_UNREACHABLE. */
  async claimsOf(jwt: string): Promise<Claims | null> {
    const { issuer, keys } = await this.#discovered();
    this.#readKeysWhenOld(keys);
    const key = (header?: CompactJWSHeaderParameters, token?: FlattenedJWSInput) =>
      this.#keyFor(keys, header, token);
    try {
      const { payload } = await jwtVerify(jwt, key, {
        issuer,
        audience: this.#options.audience,
        algorithms: asymmetric,
        requiredClaims: ["exp", "sub"],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(this.#deps.clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  /** OIDC_UNREACHABLE, which is told. */
  unreachable(cause: unknown): OnhookError {
    const problem = problemOf(cause);
    const error = new OnhookError("OIDC_UNREACHABLE", { issuer: this.issuer, problem }, { cause });
    this.#deps.emit({ type: "oidc.failed", error });
    return error;
  }

  /** The same, given to all who ask within the next seconds: whoever sends made-up keys' ids makes it ask no more often. */
  #failed(cause: unknown): OnhookError {
    const error = this.unreachable(cause);
    this.#failure = { at: this.#deps.steadyClock.now(), error };
    return error;
  }

  #assertNotResting(): void {
    const { steadyClock } = this.#deps;
    if (this.#failure !== null && steadyClock.now() - this.#failure.at < restMs)
      throw this.#failure.error;
  }

  async #discovered(): Promise<Known> {
    if (this.#known === null) await this.#flight.do("discovery", () => this.#discover());
    return this.#known as unknown as Known;
  }

  async #discover(): Promise<void> {
    this.#assertNotResting();
    const { issuer, clientId, clientSecret, audience } = this.#options;
    const isPlain = issuer.startsWith("http://");
    try {
      const configuration = await openid.discovery(
        new URL(issuer),
        clientId ?? audience,
        clientSecret ?? undefined,
        clientSecret === null ? openid.None() : undefined,
        {
          timeout: timeoutMs / 1000,
          execute: [
            openid.enableNonRepudiationChecks,
            ...(isPlain ? [openid.allowInsecureRequests] : []),
          ],
        },
      );
      const metadata = configuration.serverMetadata();
      this.#known = {
        configuration,
        issuer: metadata.issuer,
        keys: createRemoteJWKSet(keysAddress(metadata, isPlain), {
          timeoutDuration: timeoutMs,
          // Old ones are read again below, where a failure does no harm.
          cacheMaxAge: Infinity,
        }),
      };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #keyFor(keys: RemoteJWKSet, ...of: Parameters<RemoteJWKSet>): ReturnType<RemoteJWKSet> {
    const isKnown = keys.jwks()?.keys.some(({ kid }) => kid === of[0]?.kid) === true;
    // It would be asked for the unknown key.
    if (!isKnown && !keys.coolingDown) this.#assertNotResting();
    const before = keys.jwks() === undefined;
    try {
      const key = await keys(...of);
      if (before) this.#keysReadAt = this.#deps.steadyClock.now();
      return key;
    } catch (error) {
      if (isOfToken(error)) throw error;
      throw this.#failed(error);
    }
  }

  /** Nobody waits for it, and nobody is refused where it fails. */
  #readKeysWhenOld(keys: RemoteJWKSet): void {
    const { steadyClock } = this.#deps;
    if (keys.jwks() === undefined || steadyClock.now() - this.#keysReadAt < keysAgeMs) return;
    this.#keysReadAt = steadyClock.now();
    keys.reload().catch((error: unknown) => void this.unreachable(error));
  }
}

function keysAddress({ jwks_uri }: openid.ServerMetadata, isPlain: boolean): URL {
  const address = URL.parse(jwks_uri ?? "");
  if (
    address === null ||
    !(address.protocol === "https:" || (isPlain && address.protocol === "http:"))
  )
    throw new Error("its jwks_uri is no https:// address");
  return address;
}
