import type { Problem } from "../../admin/contract/shapes.ts";
import type { Portal } from "../shell/portal.ts";

/** What the rules of triggers say, by what it means; the rules speak English alone. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^(?:is missing|is empty)$/, "problems.missing"],
  [/^are missing: \w+ needs/, "problems.values-missing"],
  [/^are \d+: \w+ takes exactly one/, "problems.one-value"],
  [
    /is not an absolute https? or http address|is not an absolute https address$/,
    "problems.no-address",
  ],
  [/^is not an absolute https address; http needs/, "problems.no-http"],
  [/has a blank, a backslash or a control character/, "problems.blank-in-address"],
  [/^has a fragment/, "problems.fragment"],
  [/^has a user name or password/, "problems.credentials-in-address"],
  [/^has no valid host/, "problems.no-host"],
  [/is not a decimal number/, "problems.no-number"],
  [/is not an ISO 8601/, "problems.no-time"],
  [/is not a window of the week/, "problems.no-window"],
  [/has over \d+ stars/, "problems.stars"],
  [/^is not a property of the CDR/, "problems.no-field"],
  [/^does not fit a/, "problems.operator"],
  [/^is longer than|number \d+.* is longer than/, "problems.too-long"],
  [/^has a control character/, "problems.control"],
  [/^is no name of a header|^has a name that is none/, "problems.header-name"],
  [/^is a header that a trigger can not set/, "problems.header-reserved"],
  [/^is there twice/, "problems.twice"],
  [/^has a character that is not printable ASCII/, "problems.header-value"],
  [/^has authorization, which/, "problems.authorization-twice"],
  [/^is masked, and no secret/, "problems.masked"],
  [/^has a colon/, "problems.colon"],
  [/^has a blank, or a character/, "problems.token"],
  [/^has over \d+ (?:pairs|headers|conditions)/, "problems.too-many"],
];

/** A problem in the language of the page; in the words of the rules where there are none for it. */
export function problemText({ t }: Portal, { message }: Problem): string {
  const key = known.find(([pattern]) => pattern.test(message))?.[1];
  return key === undefined ? t("problems.other", { message }) : t(key);
}

/** What is wrong with one property, null: nothing. The first of its problems. */
export function problemAt(
  portal: Portal,
  problems: readonly Problem[],
  path: string,
): string | null {
  const problem = problems.find((problem) => problem.path === path);
  return problem === undefined ? null : problemText(portal, problem);
}
