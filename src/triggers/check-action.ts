import { z } from "zod";
import { isMask, maskProblem } from "../secrets/masks.ts";
import { signingSecretProblem } from "../secrets/signing-secret.ts";
import { authShape } from "./check-auth.ts";
import { headersShape } from "./check-headers.ts";
import { record, text } from "./shape-problems.ts";
import { httpMethods, triggerFormats } from "./trigger.ts";
import type { Action } from "./trigger.ts";

export const longestUrl = 2048;
export const mostPairs = 100;
export const longestKey = 100;
export const longestPairValue = 1000;
export const mostSecrets = 5;
export const mostRetries = 10;

/** What is wrong with a URL, undefined when nothing is. */
export function urlProblem(value: string, allowHttp: boolean): string | undefined {
  const schemes = allowHttp ? "https or http" : "https";
  // The parser forgives blanks, backslashes and missing slashes; what it would change, somebody else reads differently.
  const authority = /^(https?):\/\/([^/?#]+)/i.exec(value);
  if (authority === null) return `is not an absolute ${schemes} address`;
  if (authority[1]?.toLowerCase() === "http" && !allowHttp) {
    return "is not an absolute https address; http needs the operator's delivery.dangerousAllowHttp";
  }
  if (/[\s\\\p{Cc}]/u.test(value)) return "has a blank, a backslash or a control character";
  if (value.includes("#")) return "has a fragment, which a request can not carry";
  if (authority[2]?.includes("@") === true) return "has a user name or password";
  return (URL.parse(value)?.hostname ?? "") === "" ? "has no valid host" : undefined;
}

function urlShape(allowHttp: boolean): z.ZodType<string> {
  return text(0, longestUrl).check((context) => {
    const problem = urlProblem(context.value, allowHttp);
    if (problem !== undefined) {
      context.issues.push({ code: "custom", input: context.value, message: problem });
    }
  });
}

const pairKey = text(1, longestKey);
const pairValue = text(0, longestPairValue);

/** What is wrong with one pair of the custom data, of its key or else of its value. */
function pairProblem(key: string, value: unknown): z.core.$ZodRawIssue | undefined {
  // avsc's maps, in which the topic carries the pairs, lose this key.
  if (key === "__proto__") {
    return { code: "custom", input: key, message: "has a key that is __proto__" };
  }
  const keyMessage = pairKey.safeParse(key).error?.issues[0]?.message;
  if (keyMessage !== undefined) {
    return { code: "custom", input: key, message: `has a key that ${keyMessage}` };
  }
  const message = pairValue.safeParse(value).error?.issues[0]?.message;
  return message === undefined ? undefined : { code: "custom", input: value, path: [key], message };
}

/** Not zod's own record: that drops the key `__proto__` in silence. */
const customDataShape = z
  .custom<Readonly<Record<string, string>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    { error: "is not a map of texts" },
  )
  .check((context) => {
    const pairs = Object.entries(context.value);
    if (pairs.length > mostPairs) {
      const message = `has over ${mostPairs} pairs`;
      context.issues.push({ code: "custom", input: context.value, message });
    } else {
      context.issues.push(...pairs.flatMap(([key, value]) => pairProblem(key, value) ?? []));
    }
  });

/** A signing secret; what is wrong with one is said without repeating it. */
const secretShape = text(1, longestPairValue).check((context) => {
  const { value } = context;
  const message = isMask(value) ? maskProblem : signingSecretProblem(value);
  if (message !== undefined) context.issues.push({ code: "custom", input: "", message });
});

const noTime = "is not a time in whole milliseconds since the epoch";

/** An authorization of its own would be sent in the place of the credentials, or they in its place. */
function authOnce({ headers, auth }: Pick<Action, "headers" | "auth">): boolean {
  return (
    auth === null || !Object.keys(headers).some((name) => name.toLowerCase() === "authorization")
  );
}

/** The shape of a trigger's action, with the defaults of what is left out. Source: spec, section 1. */
export function actionShape(allowHttp: boolean) {
  return record(
    {
      url: urlShape(allowHttp),
      method: z
        .enum(httpMethods, { error: `is none of ${httpMethods.join(", ")}` })
        .default("POST"),
      format: z
        .enum(triggerFormats, { error: `is none of ${triggerFormats.join(", ")}` })
        .default("json"),
      customData: customDataShape.default({}),
      retries: z
        .number({ error: "is not a whole number from 0 to 10" })
        .refine((value) => Number.isInteger(value) && value >= 0 && value <= mostRetries, {
          error: `is not a whole number from 0 to ${mostRetries}`,
        })
        .default(1),
      secrets: z
        .array(secretShape, { error: "is not a list of secrets" })
        .max(mostSecrets, { error: `has over ${mostSecrets} secrets` })
        .default([]),
      oldSecretsUntil: z.int({ error: noTime }).nullable().default(null),
      headers: headersShape.default({}),
      auth: authShape.nullable().default(null),
    },
    "is not an action",
  ).refine(authOnce, {
    error: "has authorization, which action.auth makes",
    path: ["headers"],
  });
}
