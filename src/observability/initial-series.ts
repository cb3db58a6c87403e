import type { DeadReason } from "../delivery/next-stop.ts";
import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";
import type { SpanLoss } from "../otlp/otlp-events.ts";
import type { StoreTable } from "../triggers/store-events.ts";
import type { MetricSet } from "./metric-set.ts";

const outcomes: Record<AttemptOutcome, true> = {
  delivered: true,
  failed: true,
  dead: true,
  cancelled: true,
};

const deadReasons: Record<DeadReason, true> = {
  status: true,
  redirect: true,
  gone: true,
  timeout: true,
  connection: true,
  tls: true,
  dns: true,
  "blocked-address": true,
  unbuildable: true,
  undecodable: true,
  "endpoint-suspended": true,
};

/** Series that are there from the start, with 0: a counter that appears with its first count hides that count from `rate`. */
export function initialise(set: MetricSet): void {
  for (const result of ["matched", "unmatched", "invalid"])
    set.count("onhook_cdrs_total", { result }, 0);
  for (const outcome of Object.keys(outcomes))
    set.count("onhook_delivery_attempts_total", { outcome }, 0);
  for (const reason of Object.keys(deadReasons)) set.count("onhook_dead_total", { reason }, 0);
  for (const state of ["failing", "suspended", "recovering"])
    set.set("onhook_endpoints", { state }, 0);
  for (const state of ["failing", "suspended"]) set.set("onhook_endpoint_tenants", { state }, 0);
  for (const state of ["busy", "idle"]) set.set("onhook_sockets", { state }, 0);
  for (const probe of ["true", "false"]) set.count("onhook_redriven_total", { probe }, 0);
  for (const reason of ["export-failed", "queue-full", "stopped"] satisfies SpanLoss[])
    set.count("onhook_trace_spans_dropped_total", { reason }, 0);
  set.count("onhook_triggers_disabled_total", { reason: "gone" }, 0);
  for (const fenced of ["true", "false"])
    set.count("onhook_transactions_aborted_total", { fenced }, 0);
  for (const table of ["triggers", "tenants"] satisfies StoreTable[]) {
    for (const result of ["applied", "deleted", "refused"]) {
      set.count("onhook_store_events_total", { table, result }, 0);
    }
  }
}
