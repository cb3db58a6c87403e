import type { Problem } from "../../../src/admin/contract/shapes.ts";
import type { Principal } from "../../../src/access/principal.ts";
import type { RequestContext } from "../../../src/admin/contract/handlers.ts";

/** Becomes problem+json. */
export class FakeError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, problems: readonly Problem[] = []) {
    super(code);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

export function notFound(): FakeError {
  return new FakeError(404, "NOT_FOUND");
}

/** Whoever asks; there always is somebody behind the rights. */
export function asking({ principal }: RequestContext): Principal {
  if (principal === null) throw new FakeError(401, "UNAUTHENTICATED");
  return principal;
}

/** A page of a list; cursors are the place where it goes on. */
export function pageOf<T>(
  items: readonly T[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): { items: T[]; nextCursor: string | null } {
  const from = Number(cursor ?? 0);
  const to = from + limit;
  return { items: items.slice(from, to), nextCursor: to < items.length ? String(to) : null };
}
