import type { ComponentChildren, VNode } from "preact";
import { html } from "htm/preact";
import { ApiError } from "../api/problem.ts";
import type { Load } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "./button.ts";
import { Notice } from "./notice.ts";
import { Spinner } from "./spinner.ts";

/** What went wrong, in words, with a way to try again where that may help. */
export function ErrorNotice({
  error,
  onRetry,
}: {
  readonly error: Error;
  readonly onRetry?: () => unknown;
}): VNode {
  const { t, has } = usePortal();
  const code = error instanceof ApiError ? error.code : "";
  const known = has(`errors.${code}`);
  const wait = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
  const detail = known
    ? html`<p>${t(`errors.${code}`, { seconds: wait })}</p>`
    : html`<p lang="en">${error.message}</p>`;
  return html`<${Notice} kind="error" title=${t("shell.failed")}>
    ${detail}
    ${onRetry === undefined ? null : html`<${Button} onClick=${onRetry}>${t("shell.retry")}<//>`}
  <//>`;
}

/** Shows what was read once it is there; before, that it is being read; with what was there before where that fails. */
export function Loaded<T>({
  of,
  children,
}: {
  readonly of: Omit<Load<T>, "set">;
  readonly children: (data: T) => ComponentChildren;
}): VNode {
  const { t } = usePortal();
  const error =
    of.error === null ? null : html`<${ErrorNotice} error=${of.error} onRetry=${of.reload} />`;
  if (of.data === null) return html`${error ?? html`<${Spinner} label=${t("shell.loading")} />`}`;
  return html`<div aria-busy=${of.loading ? "true" : null}>${error} ${children(of.data)}</div>`;
}
