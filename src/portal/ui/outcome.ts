import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Attempt, Delivery } from "../../admin/contract/deliveries.ts";
import { usePortal } from "../shell/portal.ts";
import { Badge } from "./badge.ts";
import type { BadgeKind } from "./badge.ts";
import type { Translator } from "../i18n/translate.ts";

type State = Delivery["state"];

const kinds = {
  delivered: "good",
  retrying: "warning",
  dead: "bad",
  cancelled: "neutral",
} as const satisfies Record<State, BadgeKind>;

/** Where a delivery stands. */
export function StateBadge({ state }: { readonly state: State }): VNode {
  const { t } = usePortal();
  return html`<${Badge} kind=${kinds[state]}>${t(`outcomes.state.${state}`)}<//>`;
}

const outcomeKinds = {
  delivered: "good",
  failed: "warning",
  dead: "bad",
  cancelled: "neutral",
} as const satisfies Record<Attempt["outcome"], BadgeKind>;

/** What came of one attempt. */
export function OutcomeBadge({ outcome }: { readonly outcome: Attempt["outcome"] }): VNode {
  const { t } = usePortal();
  return html`<${Badge} kind=${outcomeKinds[outcome]}>${t(`outcomes.attempt.${outcome}`)}<//>`;
}

/** What is known of why something came out as it did. */
export interface Cause {
  readonly reason: string | null;
  readonly status: number | null;
}

/** What an HTTP status means for webhooks: by itself, else by its hundred. Null: nothing more than its number. */
function statusText({ t, has }: Translator, status: number): string | null {
  const keys = [`outcomes.status.${status}`, `outcomes.status.${Math.floor(status / 100)}xx`];
  const key = keys.find(has);
  return key === undefined ? null : t(key);
}

/** Why, in words. A reason of a later version is shown as it is called. */
export function reasonText(translator: Translator, { reason, status }: Cause): string {
  const { t, has } = translator;
  if (status !== null && (reason === null || reason === "status")) {
    const meaning = statusText(translator, status);
    return meaning === null
      ? t("outcomes.answered", { status: String(status) })
      : t("outcomes.answered-with", { status: String(status), meaning });
  }
  if (reason === null) return "";
  const key = `outcomes.reason.${reason}`;
  return has(key) ? t(key, { status: String(status ?? "") }) : reason;
}
