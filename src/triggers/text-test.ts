import { wildcardTest } from "./wildcard.ts";

export type TextOperator = "eq" | "in" | "prefix" | "suffix" | "contains" | "wildcard";

type TextTest = (text: string) => boolean;

function exactTest(op: TextOperator, values: readonly string[]): TextTest {
  switch (op) {
    case "eq":
    case "in": {
      const wanted = new Set(values);
      return (text) => wanted.has(text);
    }
    case "prefix":
      return (text) => values.some((value) => text.startsWith(value));
    case "suffix":
      return (text) => values.some((value) => text.endsWith(value));
    case "contains":
      return (text) => values.some((value) => text.includes(value));
    case "wildcard": {
      const tests = values.map(wildcardTest);
      return (text) => tests.some((test) => test(text));
    }
  }
  return op satisfies never;
}

/**
 * Makes the test of a text. Nothing is normalised, trimmed or converted; with `ignoreCase` both sides are lower-cased,
 * without a locale. JavaScript compares UTF-16 units; that is the same as code points here, because a condition's values
 * are well-formed Unicode (checked when the trigger is saved), and such a text is never found inside a surrogate pair.
 */
export function textTest(
  op: TextOperator,
  values: readonly string[],
  ignoreCase: boolean,
): TextTest {
  if (!ignoreCase) return exactTest(op, values);
  const test = exactTest(
    op,
    values.map((value) => value.toLowerCase()),
  );
  return (text) => test(text.toLowerCase());
}
