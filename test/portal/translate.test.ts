import { describe, expect, it } from "vitest";
import { createTranslator } from "../../src/portal/i18n/translate.ts";

const messages = {
  "a.plain": "Hello {name}",
  "a.calls": { one: "{count} appel", many: "{count} d’appels", other: "{count} appels" },
};
const { t, has, rich } = createTranslator("fr-FR", messages);

describe("a message", () => {
  it("has its placeholders filled in, and keeps those that nothing is given for", () => {
    expect(t("a.plain", { name: "{count}" })).toBe("Hello {count}");
    expect(t("a.plain")).toBe("Hello {name}");
  });

  it.each([
    [0, "0 appel"],
    [1, "1 appel"],
    [2, "2 appels"],
    [1000, "1 000 appels"],
    [1_000_000, "1 000 000 d’appels"],
  ])("has the plural form that the language has for %s", (count, text) => {
    expect(t("a.calls", { count }).replaceAll(/\s/g, " ")).toBe(text);
  });

  it("that is missing is seen by its key, and nothing is inherited", () => {
    expect(t("a.none")).toBe("a.none");
    expect(t("constructor")).toBe("constructor");
    expect(has("toString")).toBe(false);
  });

  it("comes in pieces where an element stands in it", () => {
    const link = { type: "a" };
    expect(rich("a.plain", { name: link })).toEqual(["Hello ", link]);
  });
});
