import type { Problem } from "../../admin/contract/shapes.ts";

/** What the API (or the way to it) answered instead of what was asked for. */
export class ApiError extends Error {
  /** Of the table of errors; `OFFLINE` where no answer came, `UNREADABLE` where it was none of the API. */
  readonly code: string;
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  /** What is wrong with what was sent, by property. */
  readonly problems: readonly Problem[];
  /** How long to wait before asking again; null: nothing was said of it. */
  readonly retryAfterSeconds: number | null;

  constructor(told: {
    readonly code: string;
    readonly status: number;
    readonly detail: string;
    readonly problems?: readonly Problem[];
    readonly retryAfterSeconds?: number | null;
  }) {
    super(told.detail);
    this.name = "ApiError";
    this.code = told.code;
    this.status = told.status;
    this.problems = told.problems ?? [];
    this.retryAfterSeconds = told.retryAfterSeconds ?? null;
  }

  /** Whether asking again may help: there was no answer, or the service is not ready or was asked too much. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads an answer that is no success. A proxy's error page is no problem+json: then its status tells all. */
export async function problemOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(wait) ? wait : null;
  const told = (await response.json().catch(() => null)) as {
    readonly code?: string;
    readonly detail?: string;
    readonly title?: string;
    readonly problems?: readonly Problem[];
  } | null;
  return new ApiError({
    code: told?.code ?? "UNREADABLE",
    status,
    detail: told?.detail ?? told?.title ?? "",
    problems: told?.problems ?? [],
    retryAfterSeconds,
  });
}
