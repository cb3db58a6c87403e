import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
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
    fc.assert(
      fc.property(
        role,
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...scopes))),
        (role, named) => {
          const given = scopesOfToken({ role, scopes: named });
          expect(scopesOfRole[role]).toEqual(expect.arrayContaining(given));
          if (named.length > 0) expect(named).toEqual(expect.arrayContaining(given));
        },
      ),
    );
  });

  it("is nothing where all its scopes are unknown here, and not everything", () => {
    expect(scopesOfToken({ role: "operator", scopes: ["moon:land"] })).toEqual([]);
  });
});

describe("the scopes that somebody gives away", () => {
  it("are never more than they have themselves, nor than the role has", () => {
    fc.assert(
      fc.property(someScopes, role, someScopes, (maker, role, wanted) => {
        let given: readonly string[];
        try {
          given = scopesToGive(new Set(maker), role, wanted);
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(?:FORBIDDEN|TOKEN_SCOPE)$/),
          });
          return;
        }
        // No scope at all would mean all of them.
        expect(given.length).toBeGreaterThan(0);
        expect(maker).toEqual(expect.arrayContaining([...given]));
        expect(scopesOfRole[role]).toEqual(expect.arrayContaining([...given]));
        if (wanted.length > 0) expect([...given].toSorted()).toEqual(wanted.toSorted());
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
        details: { role: "support", scope: "triggers:write" },
      }),
    );
  });

  it("are not given at all where nothing would be left", () => {
    expect(() => scopesToGive(new Set(["tokens:write"]), "support", [])).toThrow(
      expect.objectContaining({ code: "FORBIDDEN" }),
    );
  });
});
