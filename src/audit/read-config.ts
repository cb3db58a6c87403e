import type { RecordCodec } from "../avro/record-codec.ts";
import { createFieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { checkTenant } from "../triggers/tenant.ts";
import { checkEvent } from "../triggers/check-event.ts";
import { openTrigger } from "../triggers/trigger-secrets.ts";
import type { SecretRules } from "../triggers/trigger-secrets.ts";
import type { Licence } from "./active-triggers.ts";
import type { AuditLog } from "./audit-log.ts";
import { ConfigHistory } from "./config-history.ts";
import type { Version } from "./config-history.ts";
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
  readonly secrets: SecretRules;
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

interface Checked {
  readonly value: KnownTrigger | null;
  readonly doubt: Version<KnownTrigger>["doubt"];
}

/** The event without what only its keys can tell of it. */
function withoutSecrets(event: unknown): unknown {
  const { action, ...others } = event as { readonly action?: object };
  return { ...others, action: { ...action, secrets: [], headers: {}, auth: null } };
}

/** How the service takes a trigger's event, by each version of the calls' schema that it may have known. */
function triggerChecker({ callSchemas, allowHttp, secrets }: ConfigSource) {
  const versions = callSchemas.map((schema) => ({
    rules: { catalog: createFieldCatalog(schema), allowHttp },
    placeOf: placesOf(schema),
  }));
  const checksOf = (key: string, event: unknown): (KnownTrigger | null)[] =>
    versions.map(({ rules, placeOf }) => {
      const checked = checkEvent(key, event, rules, secrets);
      return checked.ok ? { trigger: checked.trigger, placeOf } : null;
    });
  return (key: string, event: unknown): Checked | "refused" => {
    const checks = checksOf(key, event);
    const value = checks.find((check) => check !== null);
    if (value !== undefined) return { value, doubt: checks.includes(null) ? "schema" : null };
    if (openTrigger(key, event, secrets).problems.length === 0) return "refused";
    // Whoever has other keys than this process may have taken it.
    const bare = checksOf(key, withoutSecrets(event)).find((check) => check !== null);
    return bare === undefined ? "refused" : { value: bare, doubt: "keys" };
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
