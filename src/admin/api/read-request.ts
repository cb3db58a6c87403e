import { TextDecoder } from "node:util";
import type { z } from "zod";
import { InputError, OnhookError } from "../../errors.ts";
import type { Problem } from "../contract/shapes.ts";
import { problemsIn } from "./issues.ts";

/** More levels than anything that the API takes. */
const mostLevels = 32;

const nul = "\0";

/** A text that is none: it can be neither written as UTF-8 nor told from another that is as broken. */
const isBroken = (text: string): boolean => text.includes(nul) || !text.isWellFormed();

const brokenText = "has a NUL or half a character";

/** Names that a careless program would take for an object's own workings. */
const poisonous: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

function nameProblem(name: string): string | null {
  if (isBroken(name)) return `has a name that ${brokenText}`;
  return poisonous.has(name) ? "has a property of a name that is never meant" : null;
}

/**
 * What is wrong with texts, names and depth anywhere in it, whatever its form; without recursion, since the depth is the
 * client's to choose.
 */
export function textProblems(given: unknown): readonly Problem[] {
  const left: { value: unknown; path: string; level: number }[] = [
    { value: given, path: "", level: 0 },
  ];
  for (let each = left.pop(); each !== undefined; each = left.pop()) {
    const { value, path, level } = each;
    if (typeof value === "string" && isBroken(value)) return [{ path, message: brokenText }];
    if (typeof value !== "object" || value === null) continue;
    if (level === mostLevels) return [{ path, message: "is nested too deeply" }];
    for (const [name, child] of Object.entries(value)) {
      const message = nameProblem(name);
      if (message !== null) return [{ path, message }];
      const below = Array.isArray(value) ? `${path}[${name}]` : `${path}${path && "."}${name}`;
      left.push({ value: child, path: below, level: level + 1 });
    }
  }
  return [];
}

/** A mark of the order of bytes is no JSON. */
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a body. Throws BODY_UNREADABLE, and REQUEST_INVALID for texts that are none and for names that are never meant. */
export function readJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch (cause) {
    throw new OnhookError("BODY_UNREADABLE", { problem: "it is not UTF-8" }, { cause });
  }
  const value = parsed(text);
  const problems = textProblems(value);
  if (problems.length > 0) throw new InputError("REQUEST_INVALID", problems);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own words quote the body.
    throw new OnhookError("BODY_UNREADABLE", { problem: "it does not follow its grammar" });
  }
}

/** Reads the query. Throws REQUEST_INVALID for what can't be decoded, and for a name that comes twice. */
export function readQuery(url: string): Readonly<Record<string, string>> {
  const at = url.indexOf("?");
  const given: Record<string, string> = Object.create(null) as Record<string, string>;
  if (at < 0) return given;
  for (const pair of url.slice(at + 1).split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    const key = decoded(name, "");
    if (key in given)
      throw new InputError("REQUEST_INVALID", [{ path: key, message: "is given twice" }]);
    given[key] = decoded(value.join("="), key);
  }
  return given;
}

function decoded(text: string, path: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    const plain = decodeURIComponent(spaced);
    if (!isBroken(plain)) return plain;
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
  }
  throw new InputError("REQUEST_INVALID", [
    { path, message: `is badly encoded, or ${brokenText}` },
  ]);
}

/** Throws REQUEST_INVALID, naming each property that is not as the schema says. */
export function parsedBy<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InputError("REQUEST_INVALID", problemsIn(result.error));
}
