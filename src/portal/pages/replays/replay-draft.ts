import type { SentBody } from "../../../admin/contract/operation.ts";
import type { Operations } from "../../../admin/contract/operations.ts";
import { instantOf } from "../deliveries/filter.ts";

/** Why deliveries end as dead, as far as one may want to choose by it. */
export const reasons = [
  "status",
  "redirect",
  "gone",
  "timeout",
  "connection",
  "tls",
  "dns",
  "blocked-address",
  "unbuildable",
] as const;

/** What is in the form: times as `<input type="datetime-local">` gives them; empty: not chosen. */
export interface ReplayDraft {
  readonly kind: "dead" | "calls";
  readonly triggerId: string;
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly rate: string;
}

interface DraftProblem {
  readonly field: "triggerId" | "from" | "to" | "rate";
  readonly problem: "trigger" | "time" | "order" | "rate";
}

/** The first thing that is wrong with it; null: nothing. */
export function problemOfDraft({
  kind,
  triggerId,
  from,
  to,
  rate,
}: ReplayDraft): DraftProblem | null {
  const [begin, end] = [instantOf(from), instantOf(to)];
  if (kind === "calls") {
    if (triggerId === "") return { field: "triggerId", problem: "trigger" };
    if (begin === undefined) return { field: "from", problem: "time" };
    if (end === undefined) return { field: "to", problem: "time" };
  }
  if (begin !== undefined && end !== undefined && end <= begin)
    return { field: "to", problem: "order" };
  const perSecond = Number(rate);
  return Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= 10_000
    ? null
    : { field: "rate", problem: "rate" };
}

/** What the API is asked; of a draft without a problem. */
export function bodyOf(draft: ReplayDraft): SentBody<Operations["startReplay"]> {
  const { kind, triggerId, reason } = draft;
  const [from, to] = [instantOf(draft.from), instantOf(draft.to)];
  const ratePerSecond = Number(draft.rate);
  if (kind === "calls") return { kind, triggerId, from: from ?? "", to: to ?? "", ratePerSecond };
  return {
    kind,
    ratePerSecond,
    ...(triggerId === "" ? {} : { triggerId }),
    ...(reason === "" ? {} : { reason }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
