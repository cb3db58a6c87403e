import type { Action, Condition, Operator, Trigger } from "../triggers/trigger.ts";

/**
 * How a sample receiver behaves: answers 2xx; fails twice for each webhook and then answers 2xx; answers 500 for
 * ever; never answers; is not there at all.
 */
export const receiverKinds = ["ok", "flaky", "broken", "hang", "gone"] as const;
export type ReceiverKind = (typeof receiverKinds)[number];

/** Where each kind of receiver is reached: a base address without a slash at its end. */
export type ReceiverUrls = Readonly<Record<ReceiverKind, string>>;

interface SampleTrigger {
  readonly triggerId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly enabled?: boolean;
  readonly filters: readonly Condition[];
  readonly receiver: ReceiverKind;
  /** What follows the receiver's base address. */
  readonly path: string;
  readonly action?: Partial<Omit<Action, "url">>;
}

const when = (field: string, op: Operator, ...values: string[]): Condition => ({
  field,
  op,
  values,
  ignoreCase: false,
});

const contoso = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";
const fabrikam = "2f1a8a36-6c0b-4d0e-8a0f-6f6c1a4f7b11";
const kitano = "5d8c0f7e-91a4-4f6b-b2d5-0f3f2c9be822";
const harbour = "c4e7d1b2-38f5-47a9-9c6e-7b8a51d0e933";
const verdier = "e1b6a9c3-7d24-4c58-a3f1-92d4c6b8f044";

const external = when("type", "eq", "2");
const inbound = when("dir", "eq", "2");

/** Signs the demo's webhooks and guards nothing: everybody can read it here. */
const demoSecret = `whsec_${Buffer.from("onhook demo, open to everybody").toString("base64")}`;

/**
 * In the order of their creation. Retries are few, so that the last job of a finite run ends within some ten seconds
 * of the last call, and calls that reach the receiver that hangs are rare.
 */
const samples: readonly SampleTrigger[] = [
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a01",
    tenantId: contoso,
    name: "CRM log",
    filters: [external],
    receiver: "ok",
    path: "/crm/calls",
    action: { customData: { source: "onhook", system: "crm" }, secrets: [demoSecret] },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a02",
    tenantId: contoso,
    name: "Missed out of hours",
    filters: [
      inbound,
      when("lost", "eq", "1"),
      when("start", "notLocalTime", "Mon-Fri 09:00-17:30"),
    ],
    receiver: "ok",
    path: "/follow-ups",
    action: { customData: { queue: "call-back" } },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a03",
    tenantId: contoso,
    name: "Complaints",
    filters: [
      when("ansGroupName", "eq", "Complaints"),
      when("tags.Complaint", "in", "open", "escalated"),
    ],
    receiver: "ok",
    path: "/complaints",
    action: { method: "PUT" },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a04",
    tenantId: contoso,
    name: "Sales pipeline",
    filters: [inbound, when("tags.Sales", "exists")],
    receiver: "flaky",
    path: "/pipeline",
    action: { retries: 3 },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a05",
    tenantId: fabrikam,
    name: "Call history",
    filters: [when("dir", "in", "2", "3")],
    receiver: "ok",
    path: "/history?from=onhook",
    action: { method: "GET" },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a06",
    tenantId: fabrikam,
    name: "Long calls",
    filters: [when("dur", "gt", "600")],
    receiver: "ok",
    path: "/long-calls",
    action: { method: "PUT", format: "form" },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a07",
    tenantId: fabrikam,
    name: "Beyond the licence",
    filters: [],
    receiver: "ok",
    path: "/beyond-the-licence",
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a08",
    tenantId: kitano,
    name: "VIP",
    filters: [external, when("directoryMatches.fields.field1", "eq", "VIP")],
    receiver: "ok",
    path: "/vip",
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a09",
    tenantId: kitano,
    name: "Recording archive",
    filters: [when("recordingIds", "exists")],
    receiver: "ok",
    path: "/recordings",
    action: { format: "multipart" },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0a",
    tenantId: kitano,
    name: "Old warehouse",
    filters: [when("lRngGroupName", "eq", "Logistics")],
    receiver: "gone",
    path: "/shipments",
    action: { retries: 1 },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0b",
    tenantId: harbour,
    name: "Job sheet",
    filters: [inbound, when("ans", "eq", "1"), when("lRngGroupName", "ne", "Emergencies")],
    receiver: "flaky",
    path: "/jobs",
    action: { retries: 3 },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0c",
    tenantId: harbour,
    name: "Emergency pager",
    filters: [when("tags.Emergency", "exists")],
    receiver: "hang",
    path: "/pager",
    action: { retries: 0 },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0d",
    tenantId: harbour,
    name: "Switched off",
    enabled: false,
    filters: [],
    receiver: "ok",
    path: "/switched-off",
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0e",
    tenantId: verdier,
    name: "Boutique callers",
    filters: [inbound, when("cliNum", "prefix", "+33", "+49")],
    receiver: "ok",
    path: "/boutique",
    action: { format: "form" },
  },
  {
    triggerId: "0b7f3c1a-52d4-4e9b-8a36-1c0e5d7f9a0f",
    tenantId: verdier,
    name: "Call costs",
    filters: [when("rateCost", "gt", "0.1")],
    receiver: "broken",
    path: "/costs",
    action: { retries: 2 },
  },
];

/** The receiver that each sample trigger calls, by the trigger's id. */
export const receiverOfTrigger: ReadonlyMap<string, ReceiverKind> = new Map(
  samples.map(({ triggerId, receiver }) => [triggerId, receiver]),
);

/** One a minute: a licence covers the oldest, so no two may be of the same age. */
const firstCreatedAt = Date.UTC(2026, 0, 5, 9);

function triggerOf(sample: SampleTrigger, index: number, receivers: ReceiverUrls): Trigger {
  const { receiver, path, action, enabled, ...rest } = sample;
  return {
    ...rest,
    enabled: enabled ?? true,
    disabledReason: null,
    createdAt: firstCreatedAt + index * 60_000,
    action: {
      url: receivers[receiver] + path,
      method: "POST",
      format: "json",
      customData: {},
      retries: 1,
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...action,
    },
  };
}

/** The triggers of the sample tenants, pointed at receivers that are running. */
export function sampleTriggers(receivers: ReceiverUrls): readonly Trigger[] {
  return samples.map((sample, index) => triggerOf(sample, index, receivers));
}
