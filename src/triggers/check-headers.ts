import { z } from "zod";
import { isMask, maskProblem } from "../secrets/masks.ts";

const mostHeaders = 32;
const longestName = 200;
const longestValue = 4096;

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** Printable ASCII, as RFC 9110 (5.5) asks for; a blank at an end would not arrive. */
const value = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

/** What the request's own making, its framing and its connection say. Source: RFC 9110, 7.6.1 and 8; RFC 9112, 6. */
const reserved: ReadonlySet<string> = new Set([
  "host",
  "user-agent",
  "content-length",
  "content-type",
  "content-encoding",
  "transfer-encoding",
  "connection",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
  "expect",
]);
const reservedPrefix = /^(?:webhook|onhook)-/;

function nameProblem(name: string): string | undefined {
  if (!token.test(name) || name.length > longestName) return "is no name of a header";
  // avsc's maps, in which the topic carries the headers, lose this key.
  if (name === "__proto__") return "is no name of a header";
  const lower = name.toLowerCase();
  return reserved.has(lower) || reservedPrefix.test(lower)
    ? "is a header that a trigger can not set"
    : undefined;
}

function valueProblem(given: unknown): string | undefined {
  if (typeof given !== "string") return "is not text";
  if (isMask(given)) return maskProblem;
  if (given.length > longestValue) return "is longer than 4,096 bytes";
  return value.test(given)
    ? undefined
    : "has a character that is not printable ASCII, or a blank at an end";
}

/** What is wrong with the headers: with all of them, or with one, whose name is its `path`. Repeats no value. */
function headerProblems(headers: object): { readonly path: string[]; readonly message: string }[] {
  const entries = Object.entries(headers);
  if (entries.length > mostHeaders)
    return [{ path: [], message: `has over ${mostHeaders} headers` }];
  const seen = new Set<string>();
  return entries.flatMap(([name, given]) => {
    const twice = seen.has(name.toLowerCase()) ? "is there twice" : undefined;
    seen.add(name.toLowerCase());
    const message = nameProblem(name) ?? twice ?? valueProblem(given);
    if (message === undefined) return [];
    // A name that is none may hold anything, control characters included.
    return token.test(name)
      ? [{ path: [name], message }]
      : [{ path: [], message: "has a name that is none of a header" }];
  });
}

/** The headers of a trigger's own: names as RFC 9110 has them, none of which the request is made of. */
export const headersShape = z
  .custom<Readonly<Record<string, string>>>(
    (given) => typeof given === "object" && given !== null && !Array.isArray(given),
    { error: "is not a map of texts" },
  )
  .check((context) => {
    for (const { path, message } of headerProblems(context.value))
      context.issues.push({ code: "custom", input: "", path, message });
  });
