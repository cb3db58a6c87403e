import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readMessages } from "../../src/admin/portal/portal-messages.ts";
import type { ErrorKind } from "../../src/error-table/error-kind.ts";
import { errorTable } from "../../src/errors.ts";
import { textsIn } from "./template-texts.ts";

const portal = fileURLToPath(new URL("../../src/portal/", import.meta.url));
const messages = readMessages(`${portal}messages`);
const reference = messages.get("en-GB") ?? {};
const sources = readdirSync(portal, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(portal + path, "utf8") }));

type Forms = Readonly<Record<string, string>>;
const formsOf = (message: unknown): string[] =>
  typeof message === "string" ? [message] : Object.values(message as Forms);
const placeholdersOf = (message: unknown): string[] =>
  [...new Set(formsOf(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

describe.each([...messages.keys()])("the messages in %s", (locale) => {
  const own = messages.get(locale) ?? {};

  it("are those of en-GB, with the same placeholders", () => {
    const shape = (area: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.entries(area).map(([key, text]) => [key, placeholdersOf(text)]));
    expect(shape(own)).toEqual(shape(reference));
  });

  it("say every error that the API answers with", () => {
    const silent = Object.entries(errorTable as Readonly<Record<string, ErrorKind>>)
      .filter(([code, { status }]) => status !== undefined && !(`errors.${code}` in own))
      .map(([code]) => code);
    expect(silent).toEqual([]);
  });

  it("have the plural forms of the language where they have any", () => {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
    const plural = Object.entries(own).filter(([, message]) => typeof message !== "string");
    const wrong = plural.filter(([, message]) => {
      return (
        Object.keys(message as Forms)
          .sort()
          .join() !== forms.join()
      );
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it("are none of them empty", () => {
    const empty = Object.entries(own).filter(([, text]) =>
      formsOf(text).some((form) => !form.trim()),
    );
    expect(empty.map(([key]) => key)).toEqual([]);
  });
});

describe("a French text", () => {
  it("has no straight apostrophe, and a no-break space before high punctuation", () => {
    const wrong = Object.entries(messages.get("fr-FR") ?? {}).filter(([, message]) =>
      formsOf(message).some((text) => /'|[^\s:/?][:;!?](?:\s|$)| [:;!?»]|« /.test(text)),
    );
    expect(wrong.map(([key, text]) => `${key}: ${JSON.stringify(text)}`)).toEqual([]);
  });
});

/** Keys that a source asks for: whole ones, and the beginnings of those that are put together. */
const asked = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/["`]((?:[a-z][\w-]*)(?:\.[\w-]+)*\.(?:[\w-]*))(["`]|\$\{)/g)].map((match) => ({
    path,
    key: match[1] ?? "",
    isWhole: match[2] !== "${",
  })),
);
const areas = new Set(Object.keys(reference).map((key) => key.split(".", 1)[0]));

describe("the keys of messages", () => {
  it("are each asked for by a page", () => {
    const whole = new Set(asked.filter(({ isWhole }) => isWhole).map(({ key }) => key));
    const begins = asked.filter(({ isWhole }) => !isWhole).map(({ key }) => key);
    const unused = Object.keys(reference).filter(
      (key) => !whole.has(key) && !begins.some((begin) => key.startsWith(begin)),
    );
    expect(unused).toEqual([]);
  });

  it("that pages ask for are there", () => {
    const missing = asked.filter(({ key, isWhole }) => {
      if (!areas.has(key.split(".", 1)[0] ?? "")) return false;
      return isWhole
        ? !(key in reference)
        : !Object.keys(reference).some((known) => known.startsWith(key));
    });
    expect(missing.map(({ path, key }) => `${path}: ${key}`)).toEqual([]);
  });
});

describe("pages", () => {
  it("hold no text of their own", () => {
    const found = sources
      .filter(({ path }) => !path.startsWith("guide/"))
      .flatMap(({ path, text }) => textsIn(text).map((literal) => `${path}: ${literal}`));
    expect(found).toEqual([]);
  });

  it("would be found to hold one, however deep", () => {
    const inner = 'html`<b title="One">Two ${y}</b>`';
    expect(
      textsIn(`const a = html\`<p class="x">Three \${b ? ${inner} : "no"} four</p>\`;`),
    ).toEqual(["Two", "One", "Three", "four"]);
  });
});
