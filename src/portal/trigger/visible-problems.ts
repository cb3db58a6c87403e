import type { Problem } from "../../admin/contract/shapes.ts";
import type { Draft } from "./draft.ts";

/** Whether a problem is but that something was not filled in yet. */
function isUnfilled({ path }: Problem, draft: Draft): boolean {
  if (path === "action.url") return draft.url === "";
  const [, index, part] = /^filters\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
  const condition = index === undefined ? undefined : draft.filters[Number(index)];
  if (condition !== undefined) {
    if (condition.field === "" || condition.field.endsWith(".")) return true;
    return part === "values" && condition.values.every((value) => value === "");
  }
  const { auth } = draft;
  return path.startsWith("action.auth.") && (auth.secret === "" || auth.username === "");
}

/** The problems to show: nobody is told of what they are about to fill in, until they try to save. */
export function visibleProblems(
  problems: readonly Problem[],
  draft: Draft,
  tried: boolean,
): readonly Problem[] {
  return tried ? problems : problems.filter((problem) => !isUnfilled(problem, draft));
}
