import { createPeriodicAudit } from "../audit/periodic-audit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { createAuditSource } from "./audit-source.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** The audit that the admin role makes again and again; none where `audit.intervalMs` is 0. */
export function createAuditRole(
  around: Surroundings,
  connections: Connections,
  codecs: Codecs,
): readonly Service[] {
  const { config, clock, emit } = around;
  if (config.audit.intervalMs === 0) return [];
  const source = () => createAuditSource(around, connections, codecs);
  return [createPeriodicAudit({ source, clock, emit }, config.audit)];
}
