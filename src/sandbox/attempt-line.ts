import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";

/** The part of a DeliveryAttempt that is told. */
export type ToldAttempt = Pick<
  DeliveryAttempt,
  "attempt" | "outcome" | "reason" | "status" | "durationMs" | "nextAttemptAt"
>;

function retryText({ attempt, nextAttemptAt }: ToldAttempt, now: number): string {
  const wait = Math.max(0, Math.round(((nextAttemptAt ?? now) - now) / 1_000));
  return `retry ${attempt} due in ${wait} s`;
}

/** An attempt in words, of names and figures only: nothing of the call is in it. `now` in ms since the epoch. */
export function attemptLine(
  told: ToldAttempt,
  names: { readonly trigger: string; readonly tenant: string },
  now: number,
): string {
  const what = `${names.trigger} · ${names.tenant}`;
  const result = String(told.status ?? told.reason ?? "no answer");
  switch (told.outcome) {
    case "delivered":
      return `✓ ${what} · ${result} · attempt ${told.attempt}, ${told.durationMs} ms`;
    case "failed":
      return `↻ ${what} · ${result} · ${retryText(told, now)}`;
    case "dead":
      return `✗ ${what} · ${result} · dead after ${told.attempt} attempt${told.attempt === 1 ? "" : "s"}`;
    case "cancelled":
      return `✗ ${what} · cancelled, ${told.reason ?? "no reason given"}`;
    default:
      return told.outcome satisfies never;
  }
}
