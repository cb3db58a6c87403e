import type { LogRecord } from "../log/log-record.ts";
import type { AuditLog, Span } from "./audit-log.ts";

/** The calls in quarantine, by where they came from. */
export interface Quarantine {
  /** How often a call is there, and the error code of why; undefined where it is not. */
  of(partition: number, offset: number): Quarantined | undefined;
}

export interface Quarantined {
  count: number;
  readonly code: string;
}

function textOf({ headers }: LogRecord, name: string): string | undefined {
  return headers[name]?.toString("utf8");
}

/** Reads where each quarantined call of the calls' topic came from; a record that does not say it is nobody's. */
export async function readQuarantine(
  log: Pick<AuditLog, "read">,
  spans: readonly Span[],
  cdrTopic: string,
): Promise<Quarantine> {
  const found = new Map<string, Quarantined>();
  await log.read(spans, (record) => {
    if (textOf(record, "onhook-source-topic") !== cdrTopic) return;
    const partition = textOf(record, "onhook-source-partition");
    const key = `${partition}/${textOf(record, "onhook-source-offset")}`;
    const known = found.get(key);
    if (known !== undefined) known.count += 1;
    else found.set(key, { count: 1, code: textOf(record, "onhook-error-code") ?? "unknown" });
  });
  return { of: (partition, offset) => found.get(`${partition}/${offset}`) };
}
