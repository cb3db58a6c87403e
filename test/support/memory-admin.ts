import { fastify } from "fastify";
import type { InjectOptions } from "fastify";
import { scopesOfRole } from "../../src/access/principal.ts";
import type { AccessRole, Principal, Scope } from "../../src/access/principal.ts";
import { createAdminApi } from "../../src/admin/api/admin-api.ts";
import type { AdminApiOptions } from "../../src/admin/api/admin-api.ts";
import type { AdminEvent } from "../../src/admin/api/admin-events.ts";
import type { Authentication } from "../../src/admin/contract/authentication.ts";
import type { Handlers } from "../../src/admin/contract/handlers.ts";
import { operations } from "../../src/admin/contract/operations.ts";
import { createLater, createConfiguration } from "../../src/app/configuration.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { AuditedWriter, Change } from "../../src/configuration/audited-writer.ts";
import { loadConfig } from "../../src/config.ts";
import { OnhookError } from "../../src/errors.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import { EndpointTable } from "../../src/endpoints/endpoint-table.ts";
import type { HourTally } from "../../src/history/history.ts";
import type { OutgoingRecord } from "../../src/log/log-record.ts";
import { emptyKeyRing } from "../../src/secrets/key-ring.ts";
import type { StoreTable } from "../../src/triggers/store-events.ts";
import { createTriggerStore } from "../../src/triggers/trigger-store.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { createFakeClock } from "./fake-clock.ts";

/** Both configuration topics in memory, with what was told of each change. */
export class MemoryConfig {
  readonly records: Record<StoreTable, { key: string; value: unknown }[]> = {
    triggers: [],
    tenants: [],
  };
  readonly changes: Change[] = [];
  readonly readers: ((table: StoreTable, offset: number) => Promise<void>)[] = [];
  /** Runs before a record is written: what somebody else does at that moment. */
  before: (() => Promise<void>) | null = null;
  /** The same once it is written, and its writer does not know where yet. */
  after: (() => Promise<void>) | null = null;
  /** What the brokers say to a write. */
  failure: OnhookError | null = null;

  async append(table: StoreTable, key: string, value: unknown): Promise<number> {
    const offset = this.records[table].push({ key, value }) - 1;
    for (const read of this.readers) await read(table, offset);
    return offset;
  }

  get writer(): AuditedWriter {
    return {
      write: async (records: readonly OutgoingRecord[], change: Change) => {
        const { before, after } = this;
        this.before = null;
        this.after = null;
        await before?.();
        if (this.failure !== null) throw this.failure;
        this.changes.push(change);
        const places = [];
        for (const { topic, key, value } of records) {
          const table: StoreTable = topic.includes("tenants") ? "tenants" : "triggers";
          const read = value === null ? null : (JSON.parse(value.toString()) as unknown);
          places.push({ topic, partition: 0, offset: await this.append(table, String(key), read) });
        }
        await after?.();
        return places;
      },
    };
  }
}

export function principal(
  role: AccessRole,
  tenantId: string | null = null,
  scopes: readonly Scope[] = scopesOfRole[role],
): Principal {
  const name = tenantId === null ? role : `${role} of ${tenantId}`;
  const id = `token:${name.replaceAll(" ", "-")}`;
  return { id, name, role, tenantId, scopes: new Set(scopes), credential: "token" };
}

/** Who may ask in tests, by their tokens. */
export const people: Readonly<Record<string, Principal>> = {
  operator: principal("operator"),
  support: principal("support"),
  t1: principal("tenant-admin", "t1"),
  t2: principal("tenant-admin", "t2"),
  reader: { ...principal("tenant-admin", "t1", ["triggers:read"]), id: "token:reader" },
};

const authentication: Authentication = {
  async authenticate({ headers }) {
    const given = headers.authorization;
    if (given === undefined) return null;
    const found = people[given.replace("Bearer ", "")];
    if (found === undefined) throw new OnhookError("UNAUTHENTICATED");
    return found;
  },
};

const config = loadConfig({ env: {} });

/** An admin process over a topic in memory, as far as configuration goes; `handlers` are others, or take the place of these. */
export async function memoryAdmin(
  topics = new MemoryConfig(),
  options: Partial<AdminApiOptions> & { readonly handlers?: Partial<Handlers> } = {},
) {
  const clock = createFakeClock();
  const events: AdminEvent[] = [];
  const later = createLater();
  const decode = async (value: Buffer): Promise<unknown> => JSON.parse(value.toString()) as unknown;
  const table = createTriggerTable({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp: false,
    onTypeMismatch: () => undefined,
  });
  const store = createTriggerStore({
    table,
    triggers: { decode },
    tenants: { decode },
    refreshCatalog: async () => undefined,
    confirmCatalog: async () => undefined,
    clock,
    emit: (event) => later.note(store, event),
  });
  const read = async (name: StoreTable, offset: number): Promise<void> => {
    const record = topics.records[name][offset];
    if (record === undefined) return;
    const value = record.value === null ? null : Buffer.from(JSON.stringify(record.value));
    const at = { topic: name, partition: 0, offset, timestamp: clock.now(), headers: {} };
    await store.apply(name, { ...at, key: Buffer.from(record.key), value });
    store.position(name, offset + 1, offset + 1);
  };
  for (const name of ["triggers", "tenants"] as const) {
    store.position(name, 0, 0);
    for (const offset of topics.records[name].keys()) await read(name, offset);
  }
  topics.readers.push(read);
  const tallies: HourTally[] = [];
  const history: { failure: OnhookError | null } = { failure: null };
  const endpoints = new EndpointTable();
  const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const { handlers } = createConfiguration(
    { config, clock } as unknown as Parameters<typeof createConfiguration>[0],
    { keyRing: emptyKeyRing },
    {
      codecs: { triggers: { encode }, tenants: { encode } } as never,
      parts: { store, catalogWatch: { load: async () => store.catalog } as never },
      later,
      writer: topics.writer,
      history: {
        tallies: async () => {
          if (history.failure !== null) throw history.failure;
          return tallies;
        },
        changes: async () => ({ items: [], nextCursor: null }),
      },
      endpoints,
    },
  );
  const server = fastify();
  const api = createAdminApi({
    requestsPerMinute: 10_000,
    maxBodyBytes: 100_000,
    version: "0.0.0",
    emit: (event) => void events.push(event),
    ...options,
  });
  await api.part(server);
  const missing = async (): Promise<never> => {
    throw new OnhookError("NOT_FOUND");
  };
  const none = Object.fromEntries(Object.keys(operations).map((id) => [id, missing]));
  const open = (): void =>
    api.open({
      authentication,
      publicRoutes: [],
      handlers: { ...none, ...handlers, ...options.handlers } as unknown as Handlers,
    });

  /** Asks as somebody of `people`; `body` is sent as JSON. */
  async function ask(
    who: string | null,
    method: NonNullable<InjectOptions["method"]>,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const answer = await server.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        ...(who !== null && { authorization: `Bearer ${who}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    });
    const text = answer.payload;
    const { etag } = answer.headers;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      json: (text === "" ? null : JSON.parse(text)) as Record<string, never>,
      ifMatch: { "if-match": String(etag) },
    };
  }
  const setEndpoint = (health: EndpointHealth): void => endpoints.apply(health.endpointId, health);
  const close = (): Promise<void> => api.close();
  return { ask, open, close, server, events, store, topics, clock, tallies, history, setEndpoint };
}

/** The same, open. */
export async function openAdmin(...given: Parameters<typeof memoryAdmin>) {
  const admin = await memoryAdmin(...given);
  admin.open();
  return admin;
}
