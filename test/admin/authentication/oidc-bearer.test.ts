import { createSecretKey } from "node:crypto";
import { SignJWT, UnsecuredJWT } from "jose";
import type { JWTPayload } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { OidcProvider } from "../../../src/admin/authentication/oidc-provider.ts";
import type { AccessEvent } from "../../../src/access/access-events.ts";
import { scopesOfRole } from "../../../src/access/principal.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { accessUnderTest, asked } from "../../access/access-under-test.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { startOidcProvider } from "../../support/oidc-provider.ts";

const ofOperator = { sub: "ada", onhook_role: "operator", name: "Ada" };

async function started() {
  const provider = await startOidcProvider();
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const access = accessUnderTest({ ONHOOK_ADMIN_OIDC_ISSUER: provider.issuer });
  /** Its tokens live by the clock of the test. */
  const seconds = (): number => Math.floor(access.clock.now() / 1000);
  const jwtOf = (claims: JWTPayload) => provider.sign({ exp: seconds() + 300, ...claims });
  const ask = (jwt: string) =>
    access.authentication.authenticate(asked({ authorization: `Bearer ${jwt}` }));
  return { provider, access, jwtOf, ask, seconds };
}

describe("a JWT of the OpenID Connect provider", () => {
  it("says who asks, and what they may do", async () => {
    const { jwtOf, ask } = await started();
    expect(await ask(await jwtOf(ofOperator))).toEqual({
      id: "oidc:ada",
      name: "Ada",
      role: "operator",
      tenantId: null,
      scopes: new Set(scopesOfRole.operator),
      credential: "oidc",
    });
    const admin = { sub: "bob", onhook_role: "tenant-admin", onhook_tenant: "t1" };
    expect(await ask(await jwtOf(admin))).toMatchObject({ role: "tenant-admin", tenantId: "t1" });
  });

  it.each<[string, JWTPayload]>([
    ["of another audience", { ...ofOperator, aud: "other" }],
    ["of another issuer", { ...ofOperator, iss: "https://evil.example" }],
    ["that has expired", { ...ofOperator, exp: 1 }],
    ["that does not count yet", { ...ofOperator, nbf: 4_000_000_000 }],
    ["without a subject", { onhook_role: "operator" }],
    ["without a role", { sub: "ada" }],
    ["with a role that there is not", { sub: "ada", onhook_role: "root" }],
    ["of a tenant's administrator without a tenant", { sub: "ada", onhook_role: "tenant-admin" }],
  ])("%s counts for nothing", async (_, claims) => {
    const { jwtOf, ask } = await started();
    await expect(ask(await jwtOf(claims))).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("without an end counts for nothing", async () => {
    const { provider, ask } = await started();
    const jwt = await provider.sign(ofOperator);
    await expect(ask(jwt)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("that nobody signed, or that was signed with the public key as a secret, counts for nothing", async () => {
    const { provider, ask, seconds } = await started();
    const claims = { ...ofOperator, iss: provider.issuer, aud: "onhook", exp: seconds() + 300 };
    const secret = createSecretKey(Buffer.from(JSON.stringify(provider.publicKey())));
    const { kid = "" } = provider.publicKey();
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid }).sign(secret),
    ];
    for (const jwt of forged)
      await expect(ask(jwt)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("that was changed counts for nothing", async () => {
    const { jwtOf, ask } = await started();
    const [header, , signature] = (await jwtOf({ sub: "ada", onhook_role: "support" })).split(".");
    const [, payload] = (await jwtOf(ofOperator)).split(".");
    await expect(ask(`${header}.${payload}.${signature}`)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });

  it("of another key than the provider has counts for nothing", async () => {
    const { jwtOf, ask } = await started();
    const other = await started();
    expect(await ask(await jwtOf(ofOperator))).not.toBeNull();
    await expect(ask(await other.jwtOf(ofOperator))).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });
});

describe("a provider that can't be reached", () => {
  it("is a fault that passes, not the token's; and is asked again when it is back", async () => {
    const { provider, jwtOf, ask, access } = await started();
    const jwt = await jwtOf(ofOperator);
    provider.setAway(true);
    await expect(ask(jwt)).rejects.toMatchObject({ code: "OIDC_UNREACHABLE", retryable: true });
    expect(access.events.map(({ type }) => type)).toEqual(["oidc.failed"]);
  });

  it("keeps nobody out whose key is known", async () => {
    const { provider, jwtOf, ask } = await started();
    await ask(await jwtOf(ofOperator));
    provider.setAway(true);
    expect(await ask(await jwtOf({ ...ofOperator, sub: "bob" }))).toMatchObject({ id: "oidc:bob" });
  });

  it("has no part in tokens of Onhook's own", async () => {
    const { provider, access } = await started();
    provider.setAway(true);
    const { bearer } = await access.tokenOf();
    expect(await access.authentication.authenticate(bearer)).toMatchObject({ tenantId: "t1" });
  });
});

describe("the keys of the provider", () => {
  async function providerUnderTest() {
    const server = await startOidcProvider();
    onTestFinished(() => server[Symbol.asyncDispose]());
    const steadyClock = createFakeClock();
    const events: AccessEvent[] = [];
    const { promise: failed, resolve: tellFailed } = Promise.withResolvers<void>();
    const provider = new OidcProvider(
      { issuer: server.issuer, audience: "onhook", clientId: null, clientSecret: null },
      {
        clock: systemClock,
        steadyClock,
        emit(event) {
          events.push(event);
          tellFailed();
        },
      },
    );
    const jwtOf = (header = {}) =>
      server.sign({ ...ofOperator, exp: Math.floor(Date.now() / 1000) + 300 }, header);
    const timesAsked = () => server.asked.filter((path) => path.endsWith("/keys")).length;
    return { server, provider, steadyClock, events, failed, jwtOf, timesAsked };
  }

  it("are read once for many tokens", async () => {
    const { provider, jwtOf, timesAsked } = await providerUnderTest();
    for (let each = 0; each < 5; each += 1)
      expect(await provider.claimsOf(await jwtOf())).toMatchObject({ sub: "ada" });
    expect(timesAsked()).toBe(1);
  });

  it("are not asked for again by each made-up key's id", async () => {
    const { provider, jwtOf, timesAsked } = await providerUnderTest();
    await provider.claimsOf(await jwtOf());
    for (let each = 0; each < 20; each += 1)
      expect(await provider.claimsOf(await jwtOf({ kid: `made-up-${each}` }))).toBeNull();
    expect(timesAsked()).toBe(1);
  });

  it("are read again after ten minutes, and those that are known go on where that fails", async () => {
    const { server, provider, steadyClock, jwtOf, failed, timesAsked } = await providerUnderTest();
    await provider.claimsOf(await jwtOf());
    server.setAway(true);
    await steadyClock.advance(10 * 60_000);
    expect(await provider.claimsOf(await jwtOf())).toMatchObject({ sub: "ada" });
    await failed;
    expect(timesAsked()).toBe(2);
    expect(await provider.claimsOf(await jwtOf())).toMatchObject({ sub: "ada" });
  });

  it("that were withdrawn count no longer once they were read again", async () => {
    const { server, provider, steadyClock, jwtOf } = await providerUnderTest();
    const old = await jwtOf();
    expect(await provider.claimsOf(old)).not.toBeNull();
    await server.rotate();
    await steadyClock.advance(10 * 60_000);
    // This one begins the reading, which nobody waits for.
    await provider.claimsOf(old);
    await expect.poll(() => provider.claimsOf(old)).toBeNull();
    expect(await provider.claimsOf(await jwtOf())).toMatchObject({ sub: "ada" });
  });

  it("that can't be read are asked for once in some seconds, however many tokens name them", async () => {
    const { server, provider, steadyClock, jwtOf, timesAsked } = await providerUnderTest();
    await provider.configuration();
    server.setAway(true);
    for (let each = 0; each < 5; each += 1)
      await expect(provider.claimsOf(await jwtOf())).rejects.toMatchObject({
        code: "OIDC_UNREACHABLE",
      });
    expect(timesAsked()).toBe(1);
    server.setAway(false);
    await steadyClock.advance(5000);
    expect(await provider.claimsOf(await jwtOf())).toMatchObject({ sub: "ada" });
  });

  it("are asked for again some seconds after a failure, and not before", async () => {
    const { server, provider, steadyClock, events, jwtOf } = await providerUnderTest();
    const jwt = await jwtOf();
    server.setAway(true);
    for (let each = 0; each < 5; each += 1)
      await expect(provider.claimsOf(jwt)).rejects.toMatchObject({ code: "OIDC_UNREACHABLE" });
    expect(server.asked).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["oidc.failed"]);
    server.setAway(false);
    await steadyClock.advance(5000);
    expect(await provider.claimsOf(jwt)).toMatchObject({ sub: "ada" });
  });
});
