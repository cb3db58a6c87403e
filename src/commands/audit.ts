import { createAuditSource } from "../app/audit-source.ts";
import { loadCodecs } from "../app/codecs.ts";
import { runAudit } from "../audit/audit.ts";
import type { AuditReport } from "../audit/audit-report.ts";
import { OnhookError } from "../errors.ts";
import { auditLines } from "./audit-lines.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";
import { instantOf } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { jsonLine } from "./terminal-text.ts";

export interface AuditCommandOptions {
  readonly from?: Moment;
  readonly to?: Moment;
  /** How many findings are listed. */
  readonly limit: number;
  readonly json?: boolean;
}

function audited(context: CommandContext, options: AuditCommandOptions): Promise<AuditReport> {
  return withConnections(context, async (connections, around) => {
    // Fails at once when there is no broker, where the readers of partitions would go on trying.
    await connections.topicAdmin.describe([context.config.topics.cdr.name], []);
    const source = await createAuditSource(
      around,
      connections,
      await loadCodecs(around, connections),
    );
    const now = around.clock.now();
    const { limit } = options;
    const from = options.from === undefined ? null : instantOf(options.from, now);
    const to = options.to === undefined ? null : instantOf(options.to, now);
    if (from !== null && to !== null && from >= to) throw new OnhookError("AUDIT_RANGE");
    return runAudit(source, { from, to, limit, now });
  });
}

/** `onhook audit`: accounts for every call and every job. Rejects with AUDIT_UNBALANCED where anything is missing or double. */
export async function audit(context: CommandContext, options: AuditCommandOptions): Promise<void> {
  const report = await audited(context, options);
  const lines = options.json === true ? [jsonLine(report)] : auditLines(report);
  for (const line of lines) context.out(line);
  const { balanced, missing, double, unexpected } = report;
  if (!balanced) throw new OnhookError("AUDIT_UNBALANCED", { missing, double, unexpected });
}
