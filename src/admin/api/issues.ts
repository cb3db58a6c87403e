import type { z } from "zod";
import type { Problem } from "../contract/shapes.ts";

type Issue = z.core.$ZodIssue;

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

const beneath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** The most that is told at once: a body may be wrong in ten thousand places. */
const mostProblems = 100;

function problemsOf(issue: Issue, above: readonly PropertyKey[]): readonly Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: beneath(pathOf(path), key),
      message: "is not known here",
    }));
  if (issue.code === "invalid_union") {
    const [branch, ...others] = issue.errors;
    // One way left to read it: what is wrong there is what is wrong.
    if (branch !== undefined && others.length === 0)
      return branch.flatMap((each) => problemsOf(each, path));
    return [{ path: pathOf(path), message: "is none of the forms that it may have" }];
  }
  // The parser's own words quote what was expected, and never what was given.
  return [{ path: pathOf(path), message: issue.message }];
}

/** What zod finds, by the names that the request has. */
export function problemsIn(error: z.core.$ZodError): readonly Problem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, [])).slice(0, mostProblems);
}
