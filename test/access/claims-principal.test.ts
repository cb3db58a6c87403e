import { describe, expect, it } from "vitest";
import { principalOfClaims } from "../../src/access/claims-principal.ts";
import type { Claims } from "../../src/access/claims-principal.ts";

const usual = { roleClaim: "onhook_role", tenantClaim: "onhook_tenant" };
const of = (claims: Claims, names = usual) =>
  principalOfClaims({ sub: "ada", ...claims }, names, "oidc");

describe("the role of claims", () => {
  it("may stand alone, or in a list among others that mean nothing here", () => {
    expect(of({ onhook_role: "support" })?.role).toBe("support");
    expect(of({ onhook_role: ["offline_access", "support", 7] })?.role).toBe("support");
  });

  it("is found in objects by dots, and under a name that has dots itself", () => {
    const inObjects = { roleClaim: "realm_access.roles", tenantClaim: "extn.tenant" };
    const claims = { realm_access: { roles: ["tenant-admin"] }, "extn.tenant": ["t1"] };
    expect(of(claims, inObjects)).toMatchObject({ role: "tenant-admin", tenantId: "t1" });
    const address = "https://onhook.example.com/role";
    expect(of({ [address]: "operator" }, { ...usual, roleClaim: address })?.role).toBe("operator");
  });

  it.each<[string, unknown]>([
    ["missing", undefined],
    ["another", "root"],
    ["one of several", ["support", "operator"]],
    ["part of a text", "support operator"],
    ["in other letters", "Operator"],
    ["in an object", { role: "operator" }],
    ["in a list in a list", [["operator"]]],
  ])("makes nobody of who has it %s", (_, onhook_role) => {
    expect(of({ onhook_role })).toBeNull();
  });

  it("is never inherited", () => {
    expect(of({}, { ...usual, roleClaim: "__proto__.constructor" })).toBeNull();
    expect(of({}, { ...usual, roleClaim: "toString.name" })).toBeNull();
  });
});

describe("the tenant of claims", () => {
  it("binds whoever has one, whatever the role", () => {
    for (const onhook_role of ["operator", "support", "tenant-admin"])
      expect(of({ onhook_role, onhook_tenant: "t1" })?.tenantId).toBe("t1");
  });

  it.each<[string, unknown]>([
    ["a number", 7],
    ["empty", ""],
    ["one of several", ["t1", "t2"]],
    ["in an empty list", []],
    ["too long", "t".repeat(201)],
    ["an object", {}],
  ])("makes nobody of who has it as %s: it never counts as missing", (_, onhook_tenant) => {
    for (const onhook_role of ["operator", "tenant-admin"])
      expect(of({ onhook_role, onhook_tenant })).toBeNull();
  });
});

describe("the name of claims", () => {
  it("is the first that says something, without what could do anything to a terminal", () => {
    const onhook_role = "support";
    expect(of({ onhook_role, name: " ", preferred_username: "ada.l" })?.name).toBe("ada.l");
    expect(of({ onhook_role, name: "Ada\u001b[2J" })?.name).toBe("Ada [2J");
    expect(of({ onhook_role })?.name).toBe("ada");
  });
});
