import { describe, expect, it } from "vitest";
import { accessRoles, scopes, scopesOfRole } from "../../src/access/principal.ts";
import type { AccessRole, Scope } from "../../src/access/principal.ts";
import { readTokenText } from "../../src/access/token-text.ts";
import { callbackPath } from "../../src/admin/authentication/oidc-sign-in.ts";
import { operations } from "../../src/admin/contract/operations.ts";
import { loadConfig } from "../../src/config.ts";
import { codeWords, readRepository, tableRows } from "../support/markdown.ts";

const text = readRepository("docs/access.md");

describe("docs/access.md", () => {
  it("says what each role may, as it is", () => {
    const rows = tableRows(text, ["scope", "lets one", ...accessRoles]);
    const may = (role: AccessRole, scope: Scope): string =>
      (scopesOfRole[role] as readonly Scope[]).includes(scope) ? "yes" : "no";
    expect(rows.map(([scope = ""]) => codeWords(scope)[0])).toEqual([...scopes]);
    expect(rows.map((row) => row.slice(2))).toEqual(
      scopes.map((scope) => accessRoles.map((role) => may(role, scope))),
    );
  });

  it("names settings that there are", () => {
    const { admin } = loadConfig({ env: {} });
    const named = [...text.matchAll(/`admin\.([\w.]+)`/g)].map(([, path = ""]) => path);
    const has = (path: string): boolean => {
      const [first = "", second] = path.split(".");
      const found: unknown = admin[first as keyof typeof admin];
      return second === undefined
        ? first in admin
        : typeof found === "object" && found !== null && second in found;
    };
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((path) => !has(path))).toEqual([]);
  });

  it("names the redirect address and the address of links as they are", () => {
    expect(text).toContain(`\`<admin.publicUrl>${callbackPath}\``);
    expect(text).toContain(`/api/v1${operations.createSignInLink.path} `);
  });

  it("has no token in it that could be one", () => {
    const like = text.match(/onhk_[\w-]+/g) ?? [];
    expect(like.filter((each) => readTokenText(each) !== null)).toEqual([]);
  });
});

describe("every scope", () => {
  it("is asked for by some operation, but that of what is revealed, which answers look at", () => {
    const asked = new Set<string>(Object.values(operations).map(({ access }) => access));
    expect(scopes.filter((scope) => !asked.has(scope))).toEqual(["values:reveal"]);
  });
});
