import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createHash, randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import type { CryptoKey, JWK, JWTPayload } from "jose";
import { listen } from "./loopback-receiver.ts";

interface Grant {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
  readonly clientId: string;
}

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = randomUUID();
  return {
    kid,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" },
  };
}

/**
 * An OpenID Connect provider on loopback, as far as the code flow, discovery and keys go: it holds clients to what RFC
 * 6749 and RFC 7636 ask for. Whoever comes to its page of signing in is signed in at once, as `person` says.
 */
export async function startOidcProvider() {
  let key = await newKey();
  let away = false;
  const grants = new Map<string, Grant>();
  const asked: string[] = [];
  /** Claims of whoever signs in. */
  const person: { claims: JWTPayload } = { claims: { sub: "ada" } };

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const listening = await listen(server);
  const issuer = `http://127.0.0.1:${listening.port}/realms/platform`;

  function json(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async function sign(claims: JWTPayload, header: { alg?: string; kid?: string } = {}) {
    return await new SignJWT({ iss: issuer, aud: "onhook", ...claims })
      .setProtectedHeader({ alg: "RS256", kid: key.kid, ...header })
      .setIssuedAt()
      .sign(key.privateKey);
  }

  function authorize(url: URL, response: ServerResponse): void {
    const given = (name: string): string => url.searchParams.get(name) ?? "";
    const code = randomUUID();
    grants.set(code, {
      challenge: given("code_challenge_method") === "S256" ? given("code_challenge") : "",
      nonce: given("nonce"),
      redirectUri: given("redirect_uri"),
      clientId: given("client_id"),
    });
    const back = new URL(given("redirect_uri"));
    back.search = new URLSearchParams({ code, state: given("state"), iss: issuer }).toString();
    response.writeHead(302, { location: back.href }).end();
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isSound =
      grant !== undefined &&
      grant.challenge === challenge &&
      grant.redirectUri === form.get("redirect_uri") &&
      grant.clientId === form.get("client_id");
    if (!isSound) return json(response, 400, { error: "invalid_grant" });
    const idToken = await sign({
      aud: grant.clientId,
      nonce: grant.nonce,
      exp: Math.floor(Date.now() / 1000) + 300,
      ...person.claims,
    });
    const tokens = { access_token: "opaque", token_type: "Bearer", id_token: idToken };
    return json(response, 200, tokens);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    asked.push(url.pathname);
    if (away) return void response.writeHead(502).end("<h1>Bad gateway</h1>");
    if (url.pathname.endsWith("/.well-known/openid-configuration"))
      return json(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ["S256"],
      });
    if (url.pathname.endsWith("/keys")) return json(response, 200, { keys: [key.jwk] });
    if (url.pathname.endsWith("/authorize")) return authorize(url, response);
    if (url.pathname.endsWith("/token")) return await exchange(request, response);
    return void response.writeHead(404).end();
  }

  return {
    issuer,
    person,
    /** Paths that it was asked for. */
    asked,
    sign,
    async rotate(): Promise<void> {
      key = await newKey();
    },
    publicKey: () => key.jwk,
    /** While it is away a proxy answers for it. */
    setAway(isAway: boolean): void {
      away = isAway;
    },
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

export type OidcProviderUnderTest = Awaited<ReturnType<typeof startOidcProvider>>;
