import { z } from "zod";
import { isMask, maskProblem } from "../secrets/masks.ts";
import { line, record } from "./shape-problems.ts";
import { authSchemes } from "./trigger.ts";
import type { Auth } from "./trigger.ts";

const longestSecret = 4096;

/** What is wrong with a password or a token. Sources: RFC 7617, 2; a token is one word, as RFC 6750 (2.1) has it. */
function secretProblem({ scheme, secret }: Auth): string | undefined {
  if (isMask(secret)) return maskProblem;
  if (scheme === "bearer" && !/^[\x21-\x7e]+$/.test(secret))
    return "has a blank, or a character that is not printable ASCII";
  return undefined;
}

function usernameProblem({ scheme, username }: Auth): string | undefined {
  if (scheme === "bearer") return username === null ? undefined : "does not fit bearer";
  if (username === null) return "is missing";
  // The first colon ends it, whoever reads it.
  return username.includes(":") ? "has a colon" : undefined;
}

/** The credentials of a trigger's requests. */
export const authShape = record(
  {
    scheme: z.enum(authSchemes, { error: `is none of ${authSchemes.join(", ")}` }),
    username: line(0, 200).nullable().default(null),
    secret: line(1, longestSecret),
  },
  "is not a scheme with its credentials",
).check((context) => {
  const found = {
    username: usernameProblem(context.value),
    secret: secretProblem(context.value),
  };
  for (const [property, message] of Object.entries(found))
    if (message !== undefined)
      context.issues.push({ code: "custom", input: "", path: [property], message });
});
