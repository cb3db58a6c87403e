import { TextDecoder } from "node:util";
import type { z } from "zod";
import { InputError, OnhookError } from "../../errors.ts";
import type { Problem } from "../contract/shapes.ts";
import { problemsIn } from "./issues.ts";

/** More levels than anything that the API takes. */
const mostLevels = 32;

/** More than anything that the API takes: the largest trigger has 100 conditions of 1,000 values each. */
export const mostParts = 120_000;

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

/** A list, or an object with its names, that is walked through; `at` is the child that was reached. */
interface Place {
  readonly value: Readonly<Record<string | number, unknown>>;
  /** Null: a list. */
  readonly names: readonly string[] | null;
  readonly size: number;
  at: number;
}

function placeOf(given: object): Place {
  const names = Array.isArray(given) ? null : Object.keys(given);
  const size = Array.isArray(given) ? given.length : (names?.length ?? 0);
  return { value: given as Place["value"], names, size, at: -1 };
}

function pathOf(places: readonly Place[]): string {
  return places.reduce((path, { names, at }) => {
    return names === null ? `${path}[${at}]` : `${path}${path && "."}${names[at]}`;
  }, "");
}

/**
 * What is wrong with texts, names, depth and size anywhere in it, whatever its form. Depth and size are the client's to
 * choose, and nobody else has a turn meanwhile: so there is no recursion, nothing is made for what is as it should be, and
 * what has too many parts is not walked through.
 */
export function textProblems(given: unknown): readonly Problem[] {
  const places: Place[] = [];
  let left = mostParts;
  /** What is wrong with it by itself; what it holds comes next. */
  function look(value: unknown): string | null {
    if (typeof value === "string") return isBroken(value) ? brokenText : null;
    if (typeof value !== "object" || value === null) return null;
    if (places.length === mostLevels) return "is nested too deeply";
    const place = placeOf(value);
    left -= place.size;
    if (left < 0) return `brings the whole to more than ${mostParts} parts`;
    places.push(place);
    return null;
  }
  let message = look(given);
  for (let place = places.at(-1); message === null && place !== undefined; place = places.at(-1)) {
    place.at += 1;
    if (place.at === place.size) {
      places.pop();
      continue;
    }
    const name = place.names?.[place.at];
    const wrong = name === undefined ? null : nameProblem(name);
    if (wrong !== null) return [{ path: pathOf(places.slice(0, -1)), message: wrong }];
    message = look(place.value[name ?? place.at]);
  }
  return message === null ? [] : [{ path: pathOf(places), message }];
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
