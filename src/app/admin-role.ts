import { createPeriodicAudit } from "../audit/periodic-audit.ts";
import { readGroupStanding } from "../kafka/group-standing.ts";
import { createGroupWatch } from "../kafka/group-watch.ts";
import type { Service } from "../runtime/supervisor.ts";
import { createAuditSource } from "./audit-source.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

function audits(
  around: Surroundings,
  connections: Connections,
  codecs: Codecs,
): readonly Service[] {
  const { config, clock, emit } = around;
  if (config.audit.intervalMs === 0) return [];
  const source = () => createAuditSource(around, connections, codecs);
  return [createPeriodicAudit({ source, clock, emit }, config.audit)];
}

function groupWatches(
  { config, clock, emit }: Surroundings,
  { kafka }: Connections,
): readonly Service[] {
  const { groupLagIntervalMs } = config.metrics;
  if (groupLagIntervalMs === 0) return [];
  const { matchGroup, deliverGroup, retryGroup, redriveGroup } = config.kafka;
  const asked = {
    // Never the rungs: what stands there waits for its time.
    reading: [
      { topic: config.topics.cdr.name, group: matchGroup },
      { topic: config.topics.jobs.name, group: deliverGroup },
    ],
    groups: [matchGroup, deliverGroup, retryGroup, redriveGroup],
  };
  const read = () => readGroupStanding(kafka, asked);
  return [createGroupWatch({ read, clock, emit }, groupLagIntervalMs)];
}

/**
 * What the admin role does again and again: the audit, and the look at the consumer groups; neither where its interval
 * is 0.
 */
export function createAdminRole(
  around: Surroundings,
  connections: Connections,
  codecs: Codecs,
): readonly Service[] {
  return [...audits(around, connections, codecs), ...groupWatches(around, connections)];
}
