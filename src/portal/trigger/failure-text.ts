import { ApiError } from "../api/problem.ts";
import type { Portal } from "../shell/portal.ts";

/** What went wrong with something that one did, in a sentence. */
export function failureText({ t, has }: Portal, error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  const key = `errors.${error.code}`;
  return has(key) ? t(key, { seconds: error.retryAfterSeconds ?? 0 }) : error.message;
}
