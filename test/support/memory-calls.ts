import { randomUUID } from "node:crypto";
import { scopesOfRole } from "../../src/access/principal.ts";
import type { AccessRole, Principal } from "../../src/access/principal.ts";
import { createDrafts } from "../../src/admin/calls/drafts.ts";
import { TenantLimit } from "../../src/admin/calls/tenant-limit.ts";
import { callHandlers } from "../../src/admin/calls/handlers.ts";
import type { CallHandlerParts, CallHandlers } from "../../src/admin/calls/handlers.ts";
import type { RequestContext } from "../../src/admin/contract/handlers.ts";
import { operations } from "../../src/admin/contract/operations.ts";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { Change } from "../../src/configuration/audited-writer.ts";
import { TriggerChecker } from "../../src/configuration/trigger-checker.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import { OnhookError } from "../../src/errors.ts";
import { CallFinder } from "../../src/explaining/call-finder.ts";
import type { Delivery } from "../../src/history/history.ts";
import type { RecentCall } from "../../src/history/recent-calls.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { ReplayRuns } from "../../src/replay/replay-runs.ts";
import { readSchema } from "../../src/schema-files.ts";
import { emptyKeyRing } from "../../src/secrets/key-ring.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { createFakeHttpSender } from "./fake-http-sender.ts";
import { MemoryLog } from "./memory-log.ts";
import { createMemoryReplayLog } from "./memory-replay-log.ts";
import { createFakeClock } from "./fake-clock.ts";

type Json = Record<string, unknown>;

/** Jobs as their topics have them. */
export const jobCodec = createRecordCodec<DeliveryJob>({
  schema: readSchema("DeliveryJob"),
  schemaId: 9,
  schemas: {
    get: async (schemaId) => {
      throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
    },
  },
});

/** A delivery, usual but for what a test says of it. */
export function deliveryOf(changed: Partial<Delivery> = {}): Delivery {
  return {
    jobId: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    tenantId: "t",
    triggerId: "0f8fad5b-d9cb-469f-a165-70867728950e",
    cdrId: "c1",
    state: "delivered",
    attempts: 1,
    firstAt: 0,
    lastAt: 0,
    reason: null,
    status: 200,
    durationMs: 12,
    nextAttemptAt: null,
    host: "crm.example",
    cdrTopic: "cdr",
    cdrPartition: 0,
    cdrOffset: 0,
    ...changed,
  };
}

/** The same handlers; an answer that is not as the contract has it makes them reject. */
export function heldToContract(handlers: CallHandlers): CallHandlers {
  const held = Object.entries(handlers).map(([name, handler]) => {
    const { answer } = operations[name as keyof CallHandlers];
    const asked = handler as (...of: unknown[]) => Promise<{ body: unknown }>;
    const watched = async (...of: unknown[]): Promise<unknown> => {
      const reply = await asked(...of);
      // As it comes over the wire.
      answer.parse(JSON.parse(JSON.stringify(reply.body)));
      return reply;
    };
    return [name, watched] as const;
  });
  return Object.fromEntries(held) as unknown as CallHandlers;
}

/** The handlers of calls with nothing outside: everything that they work with is in memory. */
export function memoryCalls(
  options: { readonly schema?: object; readonly allowHttp?: boolean } = {},
) {
  const { allowHttp = false } = options;
  const clock = createFakeClock();
  const schema = options.schema ?? callEndedSchema();
  const encode = encoder(schema);
  const catalog = createFieldCatalog(schema);
  const table = createTriggerTable({ catalog, allowHttp, onTypeMismatch: () => undefined });
  const schemas = createCallSchemas({ get: async () => schema }, clock);
  const log = new MemoryLog(clock);
  for (const topic of ["cdr", "jobs", "dead"]) log.createTopic(topic, 2);
  const replayLog = createMemoryReplayLog(log);
  const recent: RecentCall[] = [];
  const kept = new Map<string, RecentCall>();
  const deliveries: Delivery[] = [];
  const attempts: DeliveryAttempt[] = [];
  const changes: Change[] = [];
  const unwell: EndpointHealth[] = [];
  const faults: unknown[] = [];
  const sender = createFakeHttpSender();
  let offset = 0;

  const triggers: CallHandlerParts["triggers"] = {
    catalog,
    get triggersOffset() {
      return offset - 1;
    },
    trigger: (id) => table.trigger(id),
    triggersOf: (id) => [...table.all()].filter(({ trigger }) => trigger.tenantId === id),
    tenant: (id) => table.tenant(id),
    refused: (id) => table.refused(id),
  };
  const history: CallHandlerParts["history"] = {
    deliveries: async ({ tenantId, cdrId, limit }) => {
      const fit = deliveries.filter(
        (each) => each.tenantId === tenantId && (cdrId === undefined || each.cdrId === cdrId),
      );
      return { items: fit.slice(0, limit), nextCursor: null };
    },
    async delivery(tenantId, jobId) {
      const delivery = deliveries.find((each) => each.jobId === jobId);
      if (delivery?.tenantId !== tenantId) return null;
      return { delivery, attempts: attempts.filter((each) => each.jobId === jobId) };
    },
    tallies: async () => [],
    changes: async () => ({ items: [], nextCursor: null }),
    keptCall: async (tenantId, cdrId) => kept.get(`${tenantId} ${cdrId}`) ?? null,
  };
  const recentCalls: CallHandlerParts["recentCalls"] = {
    newest(tenantId, limit, before) {
      const of = recent.filter((each) => each.tenantId === tenantId).toReversed();
      const from = before && of.findIndex(({ offset }) => offset === before.offset) + 1;
      return of.slice(from ?? 0, (from ?? 0) + limit);
    },
    find: (tenantId, cdrId) =>
      recent.findLast((each) => each.tenantId === tenantId && each.cdrId === cdrId),
  };
  const source = { log: replayLog, topic: "cdr", schemas };
  const finder = new CallFinder({ recentCalls, history, source, searchMs: 2000, clock });
  const writer: CallHandlerParts["writer"] = {
    write: async (_, change) => {
      changes.push(change);
      return [];
    },
  };
  const replays = { log: replayLog, clock, onRetry: () => undefined };
  const onFault = (error: unknown): void => void faults.push(error);
  const runs = new ReplayRuns({ ...replays, most: 3, mostPerTenant: 2, onFault });
  const sized = { jobsTopic: "jobs", maxRecordBytes: 1_000_000 };
  const checker = new TriggerChecker({
    catalog: () => catalog,
    latestCatalog: async () => catalog,
    allowHttp,
    keyRing: emptyKeyRing,
    clock,
  });
  const parts: CallHandlerParts = {
    triggers,
    endpoints: {
      of: ({ triggerId }) => unwell.find((each) => each.triggerId === triggerId),
      ofTenant: (tenantId) => unwell.filter((each) => each.tenantId === tenantId),
    },
    drafts: createDrafts(triggers, checker),
    history,
    recentCalls,
    finder,
    schemas,
    writer,
    clock,
    userAgent: "onhook/test",
    sender,
    testSends: new TenantLimit(3, clock),
    dead: { log: replayLog, topic: "dead", decode: (value) => jobCodec.decode(value) },
    replays,
    replayParts: {
      runs,
      dead: { deadTopic: "dead", ...sized, decode: (value) => jobCodec.decode(value) },
      calls: { cdrTopic: "cdr", ...sized, schemas, encodeJob: (job) => jobCodec.encode(job) },
    },
  };

  return {
    handlers: heldToContract(callHandlers(parts)),
    parts,
    clock,
    log,
    replayLog,
    runs,
    sender,
    deliveries,
    attempts,
    changes,
    unwell,
    recent,
    kept,
    faults,
    catalog,
    /** Saves a trigger; what is left out is usual. */
    put(tenantId: string, changed: Json = {}): string {
      const triggerId = (changed["triggerId"] as string | undefined) ?? randomUUID();
      const value = {
        triggerId,
        tenantId,
        action: { url: "https://crm.example/hook" },
        ...changed,
      };
      const applied = table.applyTrigger({ triggerId, offset: (offset += 1), value });
      if (applied !== "applied") throw new Error(`refused: ${JSON.stringify(applied)}`);
      return triggerId;
    },
    remove(triggerId: string): void {
      table.applyTrigger({ triggerId, offset: (offset += 1), value: null });
    },
    /** Appends a call to its topic; gives where it stands. */
    append(tenantId: string, cdr: Json & { id: string }) {
      const value = encode({ tenantId, id: null, cdr });
      const at = log.append({ topic: "cdr", key: tenantId, value });
      return { ...at, value, timestamp: clock.now(), tenantId, cdrId: cdr.id };
    },
    /** The same, and it is a recent one. */
    call(tenantId: string, cdr: Json & { id: string }): RecentCall {
      const { partition, offset, value, timestamp, cdrId } = this.append(tenantId, cdr);
      const call = { tenantId, cdrId, value, partition, offset, timestamp };
      recent.push(call);
      return call;
    },
  };
}

export type MemoryCalls = ReturnType<typeof memoryCalls>;

/** Whoever asks, as a handler is told of it. */
export function askedBy(
  role: AccessRole,
  tenantId: string | null,
  without: readonly string[] = [],
): RequestContext {
  const scopes = new Set(scopesOfRole[role].filter((scope) => !without.includes(scope)));
  const principal: Principal = {
    id: `token:${role}`,
    name: role,
    role,
    tenantId,
    scopes,
    credential: "token",
  };
  const asked = { method: "GET", headers: {}, address: "127.0.0.1" };
  return {
    principal,
    asked,
    ifMatch: null,
    onlyNew: false,
    signal: new AbortController().signal,
  };
}

/** What a test request is asked with. */
export interface AskedTest {
  readonly action?: object;
  readonly cdrId?: string;
  readonly reveal?: boolean;
  readonly triggerId?: string;
}

/** A draft to `https://crm.example/hook`, unless it says otherwise, as the handlers of previews and tests get it. */
export function askedTest({ action = {}, cdrId, reveal = false, triggerId }: AskedTest = {}) {
  const url = "https://crm.example/hook";
  const trigger = { name: "New", action: { url, ...action } };
  const call = { cdrId: cdrId ?? null };
  const body = { trigger, call, reveal, ...(triggerId !== undefined && { triggerId }) };
  return { params: { tenantId: "t" }, query: undefined, body };
}
