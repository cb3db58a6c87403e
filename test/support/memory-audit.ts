import type { AuditLog, Commit, Span } from "../../src/audit/audit-log.ts";
import type { AuditReport } from "../../src/audit/audit-report.ts";
import { runAudit } from "../../src/audit/audit.ts";
import type { AuditOptions, AuditSource } from "../../src/audit/audit.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { readDeath } from "../../src/delivery/dead-headers.ts";
import { decodeFinished } from "../../src/delivery/finished-offsets.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { emptyKeyRing } from "../../src/secrets/key-ring.ts";
import { readSchema } from "../../src/schema-files.ts";
import { topicRoles } from "../../src/topology.ts";
import { subjectOf } from "../../src/wanted-topics.ts";
import { createMemoryFlow, crm } from "./memory-flow.ts";
import type { MemoryFlow } from "./memory-flow.ts";
import type { MemoryLog } from "./memory-log.ts";

/** A memory log as an audit reads it. */
export function memoryAuditLog(log: MemoryLog, now: () => number): AuditLog {
  function spanOf(topic: string, partition: number, from: number, to: number): Span {
    const at = { topic, partition };
    const [low, high] = [log.beginOf(at), log.endOf(at)];
    const records = log.read(at, low, Infinity);
    const firstFrom = (time: number): number =>
      records.find(({ timestamp }) => timestamp >= time)?.offset ?? high;
    const start = Math.min(from === -Infinity ? low : firstFrom(from), high);
    const end = to === Infinity ? high : firstFrom(to);
    const removedUntil = low === 0 ? null : (records[0]?.timestamp ?? now());
    return { ...at, low, start, end, removedUntil };
  }
  return {
    spans: async (topic, from, to) =>
      Array.from({ length: log.partitionsOf(topic) }, (_, partition) =>
        spanOf(topic, partition, from ?? -Infinity, to ?? Infinity),
      ),
    async read(spans, take) {
      for (const span of spans) {
        const records = log.read(span, span.start, Infinity);
        for (const record of records) if (record.offset < span.end) await take(record);
      }
    },
    async committed(group, topic) {
      const commits = new Map<number, Commit>();
      for (let partition = 0; partition < log.partitionsOf(topic); partition += 1) {
        const offset = log.committed(group, { topic, partition });
        if (offset === null) continue;
        commits.set(partition, { offset, metadata: log.noted(group, { topic, partition }) });
      }
      return commits;
    },
  };
}

/** What an audit reads of a flow. */
export async function auditSourceOf(flow: MemoryFlow): Promise<AuditSource> {
  const { clock, log, registry, codecs, ladder } = flow;
  const { cdr, jobs, dead, attempts, invalid, triggers, tenants } = topicRoles;
  const latest = await registry.latest(subjectOf(cdr.name));
  return {
    log: memoryAuditLog(log, () => clock.now()),
    topics: {
      cdr: cdr.name,
      jobs: jobs.name,
      retries: ladder.rungs.map(({ topic }) => topic),
      dead: dead.name,
      attempts: attempts.name,
      invalid: invalid.name,
      triggers: triggers.name,
      tenants: tenants.name,
    },
    groups: { match: "match", deliver: "deliver", retry: "retries" },
    codecs,
    schemas: createCallSchemas(registry, clock),
    callSchemas: latest === null ? [] : [latest.schema, readSchema("CallEnded")],
    allowHttp: false,
    secrets: { keyRing: emptyKeyRing, requireEncrypted: false },
    finishedBeyond: decodeFinished,
    deadReason: (headers: LogRecord["headers"]) => readDeath(headers).reason,
  };
}

/** Audits all that stands in the flow's log, as far as `options` do not say otherwise. */
export async function auditFlow(
  flow: MemoryFlow,
  options: Partial<AuditOptions> = {},
): Promise<AuditReport> {
  const now = flow.clock.now();
  const whole = { from: null, to: null, limit: 1000, now };
  return runAudit(await auditSourceOf(flow), { ...whole, ...options });
}

/** A flow whose triggers are in force since long. */
export async function settledFlow(
  change: (flow: MemoryFlow) => Promise<unknown>,
): Promise<MemoryFlow> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, { status: 200 });
  await change(flow);
  await flow.clock.advance(60_000);
  return flow;
}

/** A trigger that fires for every call of tenant t1. */
export const one = (flow: MemoryFlow): Promise<unknown> => flow.trigger();

/** As a matcher that loses calls would: its group is past them, and nothing came of them. */
export async function passBy(flow: MemoryFlow, calls: () => Promise<unknown>): Promise<void> {
  await calls();
  const at = { topic: topicRoles.cdr.name, partition: 0 };
  flow.log.commit("match", { ...at, offset: flow.log.endOf(at) });
}
