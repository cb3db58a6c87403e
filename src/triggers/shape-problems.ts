import { z } from "zod";
import type { Problem } from "./trigger.ts";

export const unknownProperty = "is not a known property";

/** Whether a text has at most `most` characters, which are code points. */
function isWithin(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);
}

/** What zod says when a property is not there, or of another type. */
export function orMissing(message: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => (issue.input === undefined ? "is missing" : message) };
}

/** A text of `least` to `most` characters. Lone surrogates are refused: no topic could carry them. */
export function text(least: number, most: number): z.ZodString {
  return z
    .string(orMissing("is not text"))
    .min(least, { error: "is empty" })
    .refine((value) => isWithin(value, most), {
      error: `is longer than ${most.toLocaleString("en")} characters`,
    })
    .refine((value) => value.isWellFormed(), { error: "is not well-formed Unicode" });
}

/**
 * Whether a text is of printable ASCII alone and of `least` to `most` characters: whatever `text` and `line` ask for
 * beside these numbers, such a one has.
 */
export function isPlain(value: string, least: number, most: number): boolean {
  return value.length >= least && value.length <= most && /^[ -~]*$/.test(value);
}

/** Whether nothing is named in it; makes no list of what is, as it is asked of each of a million triggers. */
export function isEmpty(pairs: Readonly<Record<string, string>>): boolean {
  for (const _ in pairs) return false;
  return true;
}

/** A text without control characters, which could play with the terminals and logs that show it. */
export function line(least: number, most: number): z.ZodString {
  return text(least, most).regex(/^\P{Cc}*$/u, { error: "has a control character" });
}

/**
 * A record with these properties and no others. Only its own count: what avsc decodes inherits methods, which zod would
 * take for unknown properties.
 */
export function record<T extends z.ZodRawShape>(shape: T, message: string) {
  return z.preprocess(
    (value) => (typeof value === "object" && !Array.isArray(value) ? value && { ...value } : value),
    z.strictObject(shape, orMissing(message)),
  );
}

function pathText(prefix: string, parts: readonly PropertyKey[]): string {
  let path = prefix;
  for (const part of parts) {
    if (typeof part === "number") path += `[${part}]`;
    else path += path === "" ? String(part) : `.${String(part)}`;
  }
  return path;
}

/** zod's issues as problems; each unknown property is one of its own. Paths begin with `prefix`. */
export function zodProblems(error: z.ZodError, prefix = ""): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: pathText(prefix, [...issue.path, key]),
        message: unknownProperty,
      }));
    }
    return [{ path: pathText(prefix, issue.path), message: issue.message }];
  });
}
