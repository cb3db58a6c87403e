import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { accessRoles, scopes, scopesOfRole } from "../../src/access/principal.ts";
import { scopesOfToken, scopesToGive } from "../../src/access/token-scopes.ts";

const role = fc.constantFrom(...accessRoles);
const someScopes = fc.uniqueArray(fc.constantFrom(...scopes));
const all = new Set(scopes);

describe("what a token may do", () => {
  it("is everything of its role where it names no scope", () => {
    for (const role of accessRoles)
      expect(scopesOfToken({ role, scopes: [] })).toEqual(scopesOfRole[role]);
  });

  it("is never more than its role has now, whatever stands in it", () => {
    const named = fc.array(fc.oneof(fc.string(), fc.constantFrom(...scopes)), { minLength: 1 });
    fc.assert(
      fc.property(role, named, (role, scopes) => {
        const given = scopesOfToken({ role, scopes });
        expect(scopesOfRole[role]).toEqual(expect.arrayContaining(given));
        expect(scopes).toEqual(expect.arrayContaining(given));
      }),
    );
  });

  it("is nothing where all its scopes are unknown here, and not everything", () => {
    expect(scopesOfToken({ role: "operator", scopes: ["moon:land"] })).toEqual([]);
  });
});

describe("the scopes that somebody gives away", () => {
  /** The code of the error, where none are given. */
  function given(...asked: Parameters<typeof scopesToGive>): readonly string[] | string {
    try {
      return scopesToGive(...asked);
    } catch (error) {
      return error instanceof OnhookError ? error.code : String(error);
    }
  }

  it("are never more than they have themselves, nor than the role has, nor what was not wanted", () => {
    fc.assert(
      fc.property(someScopes, role, someScopes, (maker, role, wanted) => {
        const ofBoth = scopesOfRole[role].filter((scope) => maker.includes(scope));
        const may = ofBoth.length > 0 && wanted.every((scope) => ofBoth.includes(scope as never));
        const all = wanted.length === 0 ? ofBoth : ofBoth.filter((scope) => wanted.includes(scope));
        const wrong = expect.stringMatching(/^(?:FORBIDDEN|TOKEN_SCOPE)$/) as unknown;
        // Never an empty list: no scope at all would mean all of them.
        expect(given(new Set(maker), role, wanted)).toEqual(may ? all : wrong);
      }),
    );
  });

  it("of an operator to a tenant's administrator leave out what no operator may see", () => {
    const given = scopesToGive(new Set(scopesOfRole.operator), "tenant-admin", []);
    expect(given).not.toContain("values:reveal");
    expect(given).toContain("triggers:write");
  });

  it("are refused by name where the maker lacks one, and where the role has no such scope", () => {
    const maker = new Set(scopesOfRole.operator);
    expect(() => scopesToGive(maker, "tenant-admin", ["values:reveal"])).toThrow(
      expect.objectContaining({ code: "FORBIDDEN", details: { scope: "values:reveal" } }),
    );
    expect(() => scopesToGive(all, "support", ["triggers:write"])).toThrow(
      expect.objectContaining({
        code: "TOKEN_SCOPE",
        details: expect.objectContaining({ role: "support", scope: "triggers:write" }),
        problems: [{ path: "scopes[0]", message: "is none of the role support" }],
      }),
    );
  });

  it("are not given at all where nothing would be left", () => {
    expect(() => scopesToGive(new Set(["tokens:write"]), "support", [])).toThrow(
      expect.objectContaining({ code: "FORBIDDEN" }),
    );
  });
});
