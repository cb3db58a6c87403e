import { randomUUID } from "node:crypto";
import type { Change, Tenant, Token } from "../../../src/admin/contract/access.ts";
import type { Attempt, Delivery, Replay } from "../../../src/admin/contract/deliveries.ts";
import type { Condition, HourCounts, Trigger } from "../../../src/admin/contract/triggers.ts";
import type { Principal } from "../../../src/access/principal.ts";
import { scopesOfRole } from "../../../src/access/principal.ts";
import type { AccessRole } from "../../../src/access/principal.ts";
import { makeCalls } from "./fake-calls.ts";
import type { FakeCall } from "./fake-calls.ts";
import { makeChanges, makeTokens } from "./fake-records.ts";

export const tenantOne = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";
export const tenantTwo = "1c9f0a3e-6d0b-4d61-8f0e-5a3f2a6f9b11";

/** The triggers that are there from the start. */
export const triggerIds = {
  sales: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  complaints: "550e8400-e29b-41d4-a716-446655440000",
  slow: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
  beyond: "6ba7b811-9dad-41d1-80b4-00c04fd430c8",
} as const;

export interface StoredTrigger {
  readonly trigger: Trigger;
  readonly version: number;
  readonly last24Hours: readonly HourCounts[];
}

export interface StoredDelivery {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
}

export interface FakeFailure {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds?: number;
}

/** Everything that the API tells of, in memory; tests look at it and change it. */
export interface FakeState {
  readonly now: number;
  readonly triggers: Map<string, StoredTrigger>;
  readonly tenants: Map<string, Omit<Tenant, "triggers">>;
  readonly tenantVersions: Map<string, number>;
  readonly calls: FakeCall[];
  readonly deliveries: Map<string, StoredDelivery>;
  readonly changes: Change[];
  readonly tokens: Map<string, Token>;
  readonly replays: Map<string, Replay>;
  /** By the value of the session's cookie. */
  readonly sessions: Map<string, Principal>;
  /** Answers that are given in the place of the right ones, by operation: a status and a code. */
  readonly failures: Map<string, FakeFailure>;
  /** The history can not be asked; tests say so. */
  historyAway: boolean;
}

/** What one signs in with, by role: a token's text. */
export const tokenTexts: Readonly<Record<AccessRole, string>> = {
  "tenant-admin": "onhook_tenant-admin",
  support: "onhook_support",
  operator: "onhook_operator",
};

export function principalOf(role: AccessRole): Principal {
  return {
    id: `token:${role}`,
    name: { "tenant-admin": "Ada Admin", support: "Sam Support", operator: "Olga Operator" }[role],
    role,
    tenantId: role === "tenant-admin" ? tenantOne : null,
    scopes: new Set(scopesOfRole[role]),
    credential: "session",
  };
}

const hour = 3_600_000;

function hoursOf(now: number, failing: boolean): HourCounts[] {
  return Array.from({ length: 20 }, (_, index) => ({
    hour: new Date(Math.floor(now / hour) * hour - (19 - index) * hour).toISOString(),
    delivered: failing ? 2 : 10 + ((index * 7) % 25),
    failed: failing ? 6 + (index % 3) : index % 6 === 0 ? 2 : 0,
    dead: failing && index % 4 === 0 ? 1 : 0,
    cancelled: 0,
  }));
}

interface Sketch {
  readonly triggerId: string;
  readonly name: string;
  readonly url: string;
  readonly filters?: readonly Condition[];
  readonly more?: Partial<Trigger>;
  readonly action?: Partial<Trigger["action"]>;
}

const when = (field: string, op: Condition["op"], ...values: string[]): Condition => ({
  field,
  op,
  values,
  ignoreCase: false,
});

const sketches: readonly Sketch[] = [
  {
    triggerId: triggerIds.sales,
    name: "Sales calls to the CRM",
    url: "https://crm.example.com/hooks/calls",
    filters: [
      when("dir", "eq", "2"),
      when("type", "eq", "2"),
      when("ddiNum", "in", "+441610000000", "+441610000001"),
      when("tags.Support", "eq", "stage1"),
    ],
    action: { customData: { source: "onhook" }, secrets: ["whsec_***"], retries: 3 },
  },
  {
    triggerId: triggerIds.complaints,
    name: "Lost calls out of hours",
    url: "https://flows.example.net/complaints?team=4",
    filters: [when("lost", "eq", "1"), when("start", "notLocalTime", "Mon-Fri 09:00-17:30")],
    more: { enabled: false, disabledReason: "gone", status: "disabled" },
    action: { method: "PUT", auth: { scheme: "bearer", username: null, token: "***" } },
  },
  {
    triggerId: triggerIds.slow,
    name: "Recordings to the archive",
    url: "https://archive.example.org/in",
    filters: [when("hasRec", "eq", "1")],
    more: { endpoint: "suspended" },
    action: { headers: { "x-team": "***" }, method: "POST", format: "form" },
  },
  {
    triggerId: triggerIds.beyond,
    name: "Everything to the data lake",
    url: "https://lake.example.com/calls",
    more: {
      status: "over-licence",
      refused: {
        offset: 91,
        problems: [{ path: "action.url", message: "is not an absolute https address" }],
      },
    },
    action: { method: "GET" },
  },
];

export function makeTrigger(tenantId: string, sketch: Sketch, now: number): Trigger {
  return {
    triggerId: sketch.triggerId,
    tenantId,
    name: sketch.name,
    enabled: true,
    disabledReason: null,
    createdAt: new Date(now - 30 * 24 * hour).toISOString(),
    filters: [...(sketch.filters ?? [])],
    action: {
      url: sketch.url,
      method: "POST",
      format: "json",
      customData: {},
      retries: 1,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...sketch.action,
    },
    status: "active",
    endpoint: "ok",
    refused: null,
    ...sketch.more,
  };
}

function deliveriesOf(calls: readonly FakeCall[]): Map<string, StoredDelivery> {
  const states = ["delivered", "delivered", "retrying", "dead", "delivered", "cancelled"] as const;
  const made = calls.slice(0, 60).map(({ at, cdr }, index): [string, StoredDelivery] => {
    const state = states[index % states.length] ?? "delivered";
    const count = state === "delivered" || state === "cancelled" ? 1 : 2;
    const jobId = `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const attempts = Array.from({ length: count }, (_, number): Attempt => {
      const last = number === count - 1;
      return {
        attempt: number + 1,
        at: new Date(at + 1000 + number * 2000).toISOString(),
        durationMs: 80 + number * 900,
        outcome: last && state !== "retrying" ? state : "failed",
        reason:
          state === "delivered" ? null : state === "cancelled" ? "trigger-disabled" : "status",
        status: state === "delivered" ? 200 : state === "cancelled" ? null : 503,
        error: state === "delivered" ? null : "The endpoint answered 503",
        method: "POST",
        host: "crm.example.com",
        nextAttemptAt: last && state !== "retrying" ? null : new Date(at + 4000).toISOString(),
      };
    });
    const [first, last] = [attempts[0], attempts.at(-1)] as [Attempt, Attempt];
    const delivery: Delivery = {
      jobId,
      triggerId: triggerIds.sales,
      triggerName: "Sales calls to the CRM",
      cdrId: cdr.id,
      state,
      attempts: count,
      firstAt: first.at,
      lastAt: last.at,
      reason: last.reason,
      status: last.status,
      durationMs: last.durationMs,
      nextAttemptAt: last.nextAttemptAt,
      host: last.host,
    };
    return [jobId, { delivery, attempts }];
  });
  return new Map(made);
}

/** A tenant with four triggers and a thousand calls, another one with none. */
export function makeState(now = Date.now()): FakeState {
  const calls = makeCalls(1000, now);
  const triggers = sketches.map((sketch): [string, StoredTrigger] => [
    sketch.triggerId,
    {
      trigger: makeTrigger(tenantOne, sketch, now),
      version: 1,
      last24Hours:
        sketch.triggerId === triggerIds.beyond
          ? []
          : hoursOf(now, sketch.triggerId === triggerIds.slow),
    },
  ]);
  return {
    now,
    calls,
    triggers: new Map(triggers),
    tenants: new Map([
      [
        tenantOne,
        { tenantId: tenantOne, name: "Wayne Telecom", maxTriggers: 10, suspended: false },
      ],
      [tenantTwo, { tenantId: tenantTwo, name: "Empty & Co", maxTriggers: 2, suspended: false }],
    ]),
    tenantVersions: new Map(),
    deliveries: deliveriesOf(calls),
    changes: makeChanges({ tenantId: tenantOne, triggerId: triggerIds.sales, now }),
    tokens: makeTokens({ tenantId: tenantOne, triggerId: triggerIds.sales, now }),
    replays: new Map(),
    sessions: new Map([
      ["tenant-admin", principalOf("tenant-admin")],
      ["support", principalOf("support")],
      ["operator", principalOf("operator")],
    ]),
    failures: new Map(),
    historyAway: false,
  };
}

/** Notes who changed what, as the log of changes tells it. */
export function noteChange(
  state: FakeState,
  who: Principal,
  change: Pick<Change, "action" | "tenantId"> & Partial<Change>,
): void {
  state.changes.unshift({
    changeId: randomUUID(),
    at: new Date().toISOString(),
    actorId: who.id,
    actorName: who.name,
    actorRole: who.role,
    triggerId: null,
    subject: null,
    properties: [],
    ...change,
  });
}
