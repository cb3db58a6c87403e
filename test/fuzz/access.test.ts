import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkToken } from "../../src/access/check-token.ts";
import { principalOfClaims } from "../../src/access/claims-principal.ts";
import { accessRoles, scopesOfRole } from "../../src/access/principal.ts";
import type { Principal } from "../../src/access/principal.ts";
import { readTokenText } from "../../src/access/token-text.ts";
import { clientOf } from "../../src/admin/authentication/failed-attempts.ts";
import { OnhookError } from "../../src/errors.ts";
import {
  accessUnderTest,
  asked,
  contextOf,
  nothing,
  sentBack,
} from "../access/access-under-test.ts";
import { someToken } from "../access/some-tokens.ts";
import { fuzz, hostile, noise } from "./fuzz.ts";

/** Text as a header may have it. */
const header = (bytes: Buffer): string => bytes.toString("latin1").replaceAll(/[\0\r\n]/g, "");

/** Whoever it makes of a request; the code where it refuses it. Everything else is a fault. */
async function outcomeOf(work: Promise<Principal | null>): Promise<Principal | string | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof OnhookError) return error.code;
    throw error;
  }
}

/** Whether two sealed texts have the same bytes: the last letter of base64url has bits that stand for nothing. */
function isSame(a: string, b: string): boolean {
  const bytes = (text: string): string =>
    text
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("hex"))
      .join(".");
  return bytes(a) === bytes(b);
}

const admin = accessUnderTest({ ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000" });
const mine = await admin.tokenOf({ scopes: ["calls:read"] });

test("no text but the token itself is a token", async () => {
  const changed = fc.oneof(hostile(fc.constant(Buffer.from(`Bearer ${mine.text}`))), noise);
  await fuzz("the header authorization", changed, async (bytes) => {
    const authorization = header(bytes);
    const outcome = await outcomeOf(admin.authentication.authenticate(asked({ authorization })));
    const isIt = /^bearer +(.*)$/i.exec(authorization)?.[1] === mine.text;
    expect(typeof outcome === "object" ? outcome?.id : outcome).toBe(
      isIt ? `token:${mine.token.tokenId}` : "UNAUTHENTICATED",
    );
    const read = readTokenText(authorization);
    expect(read === null || authorization.startsWith("onhk_")).toBe(true);
  });
});

test("no cookie but that of a session is a session, and it is of nobody else", async () => {
  const body = { token: mine.text };
  const { cookies } = await admin.handlers.signIn({ ...nothing, body }, contextOf(null));
  const session = sentBack(cookies);
  const around = fc.constantFrom("", "a=b; ", "; a=b", ";;;", "__Host-onhook_session=x; ", "=; ");
  const given = fc.oneof(
    hostile(fc.constant(Buffer.from(session))).map(header),
    fc.tuple(around, fc.constant(session), around).map((parts) => parts.join("")),
  );
  const [, value = ""] = session.split("=");
  await fuzz("the header cookie", given, async (cookie) => {
    const outcome = await outcomeOf(admin.authentication.authenticate(asked({ cookie })));
    // Never an error: a stale cookie must not keep anybody from signing in.
    expect(outcome === null || typeof outcome === "object").toBe(true);
    const who = typeof outcome === "object" ? outcome : null;
    expect(who === null || cookie.split(/[;=]/).some((each) => isSame(each, value))).toBe(true);
    expect([...(who?.scopes ?? [])]).toEqual(who === null ? [] : ["calls:read"]);
  });
});

test("no code but that of a link signs anybody in", async () => {
  const links = fc.string({ unit: "binary", maxLength: 200 });
  const parts = fc
    .array(fc.constantFrom("e30", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0", "", "AA", "-_"), {
      maxLength: 6,
    })
    .map((each) => each.join("."));
  await fuzz("the code of a link", fc.oneof(links, parts), async (code) => {
    const signingIn = admin.handlers.signIn({ ...nothing, body: { code } }, contextOf(null));
    await expect(signingIn).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});

const someNames = [
  "sub",
  "onhook_role",
  "onhook_tenant",
  "realm",
  "name",
  "__proto__",
  "constructor",
];
const names = fc.constantFrom(...someNames);
const values = fc.oneof(
  fc.constantFrom(...accessRoles, ...accessRoles.map((role) => [role]), "t1", ["t1"], ""),
  fc.anything({ maxDepth: 2 }),
);
const paths = fc.oneof(
  names,
  fc.tuple(names, names).map((pair) => pair.join(".")),
  fc.string(),
);

test("claims of any shape give no more than the one role that they name, and no tenant that they don't", async () => {
  const claims = fc.oneof(
    fc.dictionary(names, values, { maxKeys: 6 }),
    fc.dictionary(names, fc.dictionary(names, values, { maxKeys: 3 }), { maxKeys: 3 }),
  );
  const input = fc.tuple(claims, paths, paths);
  await fuzz("claims", input, ([claims, roleClaim, tenantClaim]) => {
    const who = principalOfClaims(claims, { roleClaim, tenantClaim }, "oidc");
    if (who === null) return;
    const told = JSON.stringify(claims, (_, each: unknown) =>
      typeof each === "bigint" ? String(each) : each,
    );
    expect(accessRoles).toContain(who.role);
    expect(told).toContain(`"${who.role}"`);
    expect([...who.scopes]).toEqual(scopesOfRole[who.role]);
    expect(who.role !== "tenant-admin" || who.tenantId !== null).toBe(true);
    expect(who.tenantId === null || told.includes(JSON.stringify(who.tenantId))).toBe(true);
    expect(who.name.length).toBeLessThanOrEqual(200);
    expect(who.id).toMatch(/^oidc:./s);
  });
});

test("what stands in the topic is a token with a role, or refused with the reason", async () => {
  const { token } = someToken();
  const record = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...Object.keys(token)), values, { maxKeys: 3 }),
      fc.boolean(),
    )
    .map(([changes, isWhole]) => Object.assign(isWhole ? structuredClone(token) : {}, changes));
  await fuzz("tokens in the topic", fc.oneof(record, fc.anything()), (value) => {
    const checked = checkToken(token.tokenId, value);
    const problems = "problems" in checked ? checked.problems : [];
    const { role, tenantId, scopes } = "token" in checked ? checked.token : token;
    expect("token" in checked || problems.length > 0).toBe(true);
    expect(accessRoles).toContain(role);
    expect(role !== "tenant-admin" || tenantId !== null).toBe(true);
    expect(Array.isArray(scopes)).toBe(true);
  });
});

test("a client is one, whatever its address is said to be", async () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: "binary" }));
  await fuzz("addresses of clients", address, (address) => {
    expect(clientOf(address)).toBe(clientOf(address));
    expect(clientOf(address).length).toBeLessThanOrEqual(100);
  });
});
