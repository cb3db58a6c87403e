import type { RecordCodec } from "../avro/record-codec.ts";
import { createFieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { checkTenant } from "../triggers/tenant.ts";
import { checkTrigger } from "../triggers/check-trigger.ts";
import type { Licence } from "./active-triggers.ts";
import type { AuditLog } from "./audit-log.ts";
import { ConfigHistory } from "./config-history.ts";
import { placesOf } from "./plain-places.ts";
import type { Configuration, KnownTrigger } from "./possible-triggers.ts";

type Decoder = Pick<RecordCodec<unknown>, "decode">;

export interface ConfigSource {
  readonly log: Pick<AuditLog, "spans" | "read">;
  readonly topics: { readonly triggers: string; readonly tenants: string };
  readonly codecs: { readonly triggers: Decoder; readonly tenants: Decoder };
  /** Schemas of CallEnded by which a trigger may be valid, parsed: the latest first. */
  readonly callSchemas: readonly unknown[];
  readonly allowHttp: boolean;
}

/** The decoded value; undefined where it is none that can be read. Rejects only with what trying again can mend. */
async function decoded({ value }: LogRecord, codec: Decoder): Promise<unknown> {
  try {
    return value === null ? null : await codec.decode(value);
  } catch (error) {
    if (error instanceof OnhookError && !error.retryable) return undefined;
    throw error;
  }
}

const sealed = /^enc:/;

/** Secrets that are encrypted can't be checked without their key; the service has it, and would refuse others. */
function withoutSealed(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.filter((item) => typeof item !== "string" || !sealed.test(item));
  }
  if (typeof value === "string") return sealed.test(value) ? "sealed" : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withoutSealed(each)]),
  );
}

interface Checked {
  readonly value: KnownTrigger | null;
  readonly doubt: "schema" | null;
}

/** How the service takes a trigger's event, by each version of the calls' schema that it may have known. */
function triggerChecker({ callSchemas, allowHttp }: ConfigSource) {
  const versions = callSchemas.map((schema) => ({
    rules: { catalog: createFieldCatalog(schema), allowHttp },
    placeOf: placesOf(schema),
  }));
  return (key: string, value: unknown): Checked | "refused" => {
    const { action, ...others } = value as Readonly<Record<string, unknown>>;
    const checks = versions.map(({ rules, placeOf }) => {
      const checked = checkTrigger({ ...others, action: withoutSealed(action) }, rules);
      if (!checked.ok || checked.trigger.triggerId !== key) return null;
      return { trigger: checked.trigger, placeOf };
    });
    const found = checks.find((check) => check !== null);
    if (found === undefined) return "refused";
    return { value: found, doubt: checks.includes(null) ? "schema" : null };
  };
}

async function readTriggers(source: ConfigSource): Promise<Omit<Configuration, "tenants">> {
  const history = new ConfigHistory<KnownTrigger>();
  const triggersOf = new Map<string, Set<string>>();
  const check = triggerChecker(source);
  const spans = await source.log.spans(source.topics.triggers, null, null);
  await source.log.read(spans, async (record) => {
    const { offset, timestamp } = record;
    history.seen(offset, timestamp);
    const key = record.key?.toString("utf8") ?? "";
    const value = await decoded(record, source.codecs.triggers);
    if (key === "") return;
    const checked =
      value === null ? { value, doubt: null } : value === undefined ? "refused" : check(key, value);
    if (checked === "refused") refuse(history, key, offset);
    else history.put(key, { offset, bornAt: checked.value?.trigger.createdAt ?? null, ...checked });
    const tenantId = checked === "refused" ? undefined : checked.value?.trigger.tenantId;
    if (tenantId === undefined) return;
    triggersOf.set(tenantId, (triggersOf.get(tenantId) ?? new Set()).add(key));
  });
  history.close(spans[0]?.end ?? 0);
  return { triggers: history, triggersOf };
}

/** A refused event changes nothing; but where the valid one before it may be gone, who started later never saw that. */
function refuse<T>(history: ConfigHistory<T>, key: string, offset: number): void {
  const before = history.at(key, offset);
  if (!history.hasGap(before?.offset ?? -1, offset)) return;
  history.put(key, { offset, bornAt: null, value: before?.value ?? null, doubt: "history" });
}

async function readTenants(source: ConfigSource): Promise<ConfigHistory<Licence>> {
  const history = new ConfigHistory<Licence>();
  const spans = await source.log.spans(source.topics.tenants, null, null);
  await source.log.read(spans, async (record) => {
    const { offset, timestamp } = record;
    history.seen(offset, timestamp);
    const key = record.key?.toString("utf8") ?? "";
    const value = await decoded(record, source.codecs.tenants);
    if (key === "") return;
    if (value === null) {
      history.put(key, { offset, value, bornAt: null, doubt: null });
      return;
    }
    const checked = value === undefined ? null : checkTenant(value);
    if (checked?.ok === true && checked.tenant.tenantId === key)
      history.put(key, { offset, value: checked.tenant, bornAt: null, doubt: null });
    else refuse(history, key, offset);
  });
  history.close(spans[0]?.end ?? 0);
  return history;
}

/** Reads all that is left of the triggers and the tenants. Rejects with TOPIC_MISSING or what trying again can mend. */
export async function readConfiguration(source: ConfigSource): Promise<Configuration> {
  return { ...(await readTriggers(source)), tenants: await readTenants(source) };
}
