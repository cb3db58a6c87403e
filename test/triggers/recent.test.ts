import { describe, expect, it } from "vitest";
import { ActiveTenants } from "../../src/triggers/active-tenants.ts";
import { Recent } from "../../src/triggers/recent.ts";

describe("what was asked for lately", () => {
  it("is made once, and again only after more than so many others", () => {
    const made: string[] = [];
    const recent = new Recent<string, string>(2);
    const ask = (key: string): string =>
      recent.get(key, () => {
        made.push(key);
        return key.toUpperCase();
      });
    for (const key of ["a", "b", "a", "c", "a", "d", "a", "e"])
      expect(ask(key)).toBe(key.toUpperCase());
    expect(made).toEqual(["a", "b", "c", "d", "e"]);
    ask("b");
    expect(made.at(-1)).toBe("b");
  });

  it("is made anew once it was deleted", () => {
    const recent = new Recent<string, object>(2);
    const first = recent.get("a", () => ({}));
    expect(recent.get("a", () => ({}))).toBe(first);
    recent.delete("a");
    expect(recent.get("a", () => ({}))).not.toBe(first);
  });
});

describe("tenants whose calls come", () => {
  function tenantsWith(most: number) {
    const active = new ActiveTenants(most);
    const given: string[] = [];
    const tenant = (name: string) => ({ lastUse: -1, giveUp: () => void given.push(name) });
    return { active, given, tenant };
  }

  it("are given up when others with more than so many triggers were used since", () => {
    const { active, given, tenant } = tenantsWith(10);
    const [a, b, c] = [tenant("a"), tenant("b"), tenant("c")];
    active.use(a, 5);
    active.use(b, 5);
    active.use(c, 5);
    active.use(a, 5);
    expect(given).toEqual([]);
    active.use(tenant("d"), 5);
    expect(given).toEqual(["b"]);
  });

  it("stay while they are used in turn, though each has more", () => {
    const { active, given, tenant } = tenantsWith(10);
    const [a, b] = [tenant("a"), tenant("b")];
    for (let time = 0; time < 5; time += 1) {
      active.use(a, 50);
      active.use(b, 50);
    }
    expect(given).toEqual([]);
  });
});
