import type { Problem } from "../../admin/contract/shapes.ts";
import type { Translator, Values } from "../i18n/translate.ts";
import { knownProblems } from "./known-problems.ts";

/** What is filled in: numbers as such, so that they are written as the language has them. */
function valuesOf(groups: Readonly<Record<string, string>> = {}): Values {
  const read = (text: string) => (/^[\d,]+$/.test(text) ? Number(text.replaceAll(",", "")) : text);
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, read(text)]));
}

/** A problem in the language of the page; in the words of the rules where there are none for it. */
export function problemText({ t }: Translator, { message }: Problem): string {
  for (const [pattern, key] of knownProblems) {
    const found = pattern.exec(message);
    if (found !== null) return t(key, valuesOf(found.groups));
  }
  return t("problems.other", { message });
}

/** What is wrong with one property, null: nothing. The first of its problems. */
export function problemAt(
  translator: Translator,
  problems: readonly Problem[],
  path: string,
): string | null {
  const problem = problems.find((problem) => problem.path === path);
  return problem === undefined ? null : problemText(translator, problem);
}
