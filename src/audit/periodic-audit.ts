import type { Clock } from "../runtime/clock.ts";
import { pause } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { AuditEvent } from "./audit-events.ts";
import type { AuditLog } from "./audit-log.ts";
import { runAudit } from "./audit.ts";
import type { AuditSource } from "./audit.ts";

export interface PeriodicAuditOptions {
  /** From the end of an audit to the begin of the next, in ms. */
  readonly intervalMs: number;
  /** How long the range of calls is, in ms. */
  readonly windowMs: number;
  /** How long before now it ends, in ms. */
  readonly settleMs: number;
}

export interface PeriodicAuditDeps {
  /** Made anew for each audit, so that each judges by the newest schema of calls. */
  readonly source: () => Promise<AuditSource>;
  readonly clock: Clock;
  readonly emit: Emit<AuditEvent>;
}

/** How many findings a log line carries. */
const mostFindings = 20;

/** The log as it is until `signal` is aborted; then whatever is read of it rejects with the signal's reason. */
function until(signal: AbortSignal, log: AuditLog): AuditLog {
  return {
    spans(topic, from, to) {
      signal.throwIfAborted();
      return log.spans(topic, from, to);
    },
    read: (spans, take) =>
      log.read(spans, (record) => {
        signal.throwIfAborted();
        return take(record);
      }),
    committed(group, topic) {
      signal.throwIfAborted();
      return log.committed(group, topic);
    },
  };
}

/** Audits the same length of settled time again and again, and tells what came of it. Failures are told, and end nothing. */
export function createPeriodicAudit(
  { source, clock, emit }: PeriodicAuditDeps,
  { intervalMs, windowMs, settleMs }: PeriodicAuditOptions,
): Service {
  async function auditOnce(stop: AbortSignal): Promise<void> {
    const startedAt = clock.now();
    const to = startedAt - settleMs;
    const from = to - windowMs;
    const made = await source();
    const log = until(stop, made.log);
    const options = { from, to, limit: mostFindings, now: startedAt };
    const report = await runAudit({ ...made, log }, options);
    const { balanced, missing, double, unexpected, calls, jobs, findings, warnings } = report;
    const at = clock.now();
    emit({
      type: "audit.done",
      at,
      durationMs: at - startedAt,
      from: report.from,
      to: report.to,
      balanced,
      missing,
      double,
      unexpected,
      calls,
      jobs,
      findings,
      warnings,
    });
  }

  return {
    name: "audit",
    async run(stop) {
      while (!stop.aborted) {
        try {
          await auditOnce(stop);
        } catch (error) {
          if (stop.aborted) return;
          emit({ type: "audit.failed", error });
        }
        await pause(clock, intervalMs, stop);
      }
    },
  };
}
