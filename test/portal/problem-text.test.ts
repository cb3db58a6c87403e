import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readMessages } from "../../src/admin/portal/portal-messages.ts";
import { createTranslator } from "../../src/portal/i18n/translate.ts";
import type { Messages, Translator } from "../../src/portal/i18n/translate.ts";
import { knownProblems } from "../../src/portal/trigger/known-problems.ts";
import { problemText } from "../../src/portal/trigger/problem-text.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** Where the rules of triggers and licences say what is wrong. */
const rules = [
  "triggers/check-action.ts",
  "triggers/check-auth.ts",
  "triggers/check-condition.ts",
  "triggers/check-event.ts",
  "triggers/check-headers.ts",
  "triggers/check-trigger.ts",
  "triggers/shape-problems.ts",
  "triggers/tenant.ts",
  "triggers/trigger-secrets.ts",
  "secrets/masks.ts",
  "secrets/sealed-text.ts",
  "secrets/signing-secret.ts",
  "admin/configuration/trigger-form.ts",
  "admin/configuration/trigger-handlers.ts",
];
const words = "(?:is|has|are|must|does not|can not|only) ";
const literal = new RegExp(`"(${words}[^"\\n]+)"|\`(${words}[^\`\\n]+)\``, "g");

/** The problems that a source can tell of, with 7 for whatever is filled in. */
function saidIn(path: string): string[] {
  // Quotes within what is filled in would end a literal.
  const source = readFileSync(src + path, "utf8").replaceAll(/\("(?:, |en)"\)/g, "()");
  return [...source.matchAll(literal)].map(
    ([, plain, template = ""]) => plain ?? template.replaceAll(/\$\{[^}]*\}/g, "7"),
  );
}
const said = [...new Set(rules.flatMap(saidIn))];

const translators = new Map(
  [...readMessages(`${src}portal/messages`)].map(
    ([locale, texts]) => [locale, createTranslator(locale, texts as Messages)] as const,
  ),
);
function translatorOf(locale: string): Translator {
  const translator = translators.get(locale);
  if (translator === undefined) throw new Error(`no messages in ${locale}`);
  return translator;
}

const textIn = (locale: string, message: string): string =>
  problemText(translatorOf(locale), { path: "", message });

describe("a problem", () => {
  it("is found wherever the rules say one", () => {
    expect(said.length).toBeGreaterThan(50);
    expect(said).toContain("is longer than 7 characters");
    expect(said).toContain("is none of 7");
  });

  it.each(said)("has words in the language of the page: %s", (message) => {
    const text = textIn("fr-FR", message);
    expect(text).not.toContain(message);
    expect(text).not.toMatch(/\{|^problems\./);
  });

  it("is told with its numbers as the language writes them", () => {
    const message = "number 3 (and 2 more) is longer than 4,096 characters";
    expect(textIn("en-GB", message)).toBe("This is longer than 4,096 characters.");
    expect(textIn("fr-FR", message)).toBe("Ce texte dépasse 4\u202F096 caractères.");
    expect(textIn("en-GB", "is not a whole number from 0 to 10")).toBe(
      "This is not a whole number from 0 to 10.",
    );
  });

  it("that nobody knows stays in the words of the rules", () => {
    expect(textIn("en-GB", "is new")).toBe("This is new.");
  });

  it("has no words that no rule needs", () => {
    const examples = [...said, "has a key that is empty", "is over 2147483647"];
    const unused = knownProblems.filter(
      ([pattern]) => !examples.some((each) => pattern.test(each)),
    );
    expect(unused.map(([pattern]) => String(pattern))).toEqual([]);
  });
});
